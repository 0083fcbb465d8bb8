import { lazy, Suspense, useSyncExternalStore } from "react"
import { opener } from "~/util/opener"

const Palette = lazy(() => import("./Palette").then(({ Palette }) => ({ default: Palette })))
const palette = opener()

export const paletteOpen = () => palette.set(true)

/** Search, and everything one can do, by typing; loaded when it is first wanted. */
export function PaletteHost() {
  const state = useSyncExternalStore(palette.subscribe, palette.get)
  if (state === "never") return null
  return (
    <Suspense>
      <Palette open={state === "open"} onOpenChange={palette.set} />
    </Suspense>
  )
}
