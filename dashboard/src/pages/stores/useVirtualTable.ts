import { type ComponentType, useEffect, useState } from "react"
import type { TableProps } from "./StoresTable"

/**
 * What draws a part of a long list, once it is there; fetched when it is wanted. Not by `lazy`: React holds back what
 * follows a fallback for 300 ms, and the first rows can be drawn without it.
 */
export function useVirtualTable(wanted: boolean): ComponentType<TableProps> | undefined {
  const [loaded, setLoaded] = useState<ComponentType<TableProps>>()
  const [failed, setFailed] = useState<{ error: unknown }>()
  useEffect(() => {
    if (!wanted || loaded) return
    let here = true
    import("./VirtualTable").then(
      (module) => here && setLoaded(() => module.default),
      (error: unknown) => here && setFailed({ error }),
    )
    return () => {
      here = false
    }
  }, [wanted, loaded])
  // To the page's own answer for what could not be loaded.
  if (failed) throw failed.error
  return loaded
}
