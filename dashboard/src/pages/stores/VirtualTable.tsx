import { useWindowVirtualizer } from "@tanstack/react-virtual"
import { useLayoutEffect, useRef, useState } from "react"
import { ROW_PX } from "./StoreRow"
import { StoresTable, type TableProps } from "./StoresTable"

/** Rows beyond the edge of the screen: enough that walking by keyboard never meets a gap. */
const OVERSCAN = 12

/** The table with only the rows that are on the screen: a thousand cost no more than thirty. */
export default function VirtualTable(props: TableProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => setScrollMargin(frame.current?.offsetTop ?? 0), [])
  const virtual = useWindowVirtualizer({
    count: props.stores?.length ?? 0,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin,
  })
  const items = virtual.getVirtualItems()
  const span = { from: items[0]?.index ?? 0, to: (items.at(-1)?.index ?? -1) + 1 }
  return <StoresTable {...props} span={span} frame={frame} />
}
