import { type RefObject, useEffect, useRef } from "react"
import { storeCan } from "~/api/store-can"
import type { Session, Store } from "~/api/types"
import { Checkbox } from "~/ui/Checkbox"
import { Skeleton } from "~/ui/Skeleton"
import { HEAD, ROW, SortHead, Table } from "~/ui/Table"
import { ROW_PX, StoreRow } from "./StoreRow"
import type { Sort, StoresSearch } from "./search"

const SETTLE_MS = 250

/** The rows that are there, and the room of those that are not. */
export interface Span {
  from: number
  /** Not included. */
  to: number
}

export interface TableProps {
  /** None yet: skeletons. */
  stores: Store[] | undefined
  search: StoresSearch
  onChange: (next: Partial<StoresSearch>) => void
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
  session: Session
}

interface Props extends TableProps {
  /** Which of them are drawn; all, where nothing is said. The others are told to screen readers by number. */
  span?: Span
  frame?: RefObject<HTMLDivElement | null>
}

export function StoresTable({ stores, search, onChange, chosen, onChoose, session, span, frame }: Props) {
  const own = useRef<HTMLDivElement>(null)
  const table = frame ?? own
  const count = stores?.length ?? 0
  useRowInAddress(table, stores !== undefined, search.row, onChange)
  const { from, to } = span ?? { from: 0, to: count }

  const choosable = stores?.filter((store) => storeCan.delete(store, session).allowed) ?? []
  const picked = choosable.filter(({ id }) => chosen.has(id)).length
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(id)
    else next.delete(id)
    onChoose(next)
  }
  const head = (sort: Sort, words: string, className?: string) => {
    const { sort: by = "age", dir = "asc" } = search
    const flipped = by === sort && dir === "asc" ? "desc" : "asc"
    return (
      <SortHead
        direction={by === sort ? dir : undefined}
        onSort={() => onChange({ sort, dir: flipped === "asc" ? undefined : flipped })}
        className={className}
      >
        {words}
      </SortHead>
    )
  }
  return (
    <div ref={table}>
      <Table label="Stores" aria-rowcount={stores ? count + 1 : -1} aria-busy={!stores} className="table-fixed">
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" className={`${HEAD} w-10 pr-0`}>
              <Checkbox
                aria-label="Choose all stores that are shown"
                className="block"
                checked={picked > 0 && picked === choosable.length}
                indeterminate={picked > 0 && picked < choosable.length}
                disabled={choosable.length === 0}
                onChange={({ target }) => onChoose(new Set(target.checked ? choosable.map(({ id }) => id) : []))}
              />
            </th>
            {head("name", "Name")}
            {head("phase", "Status", "w-32 sm:w-44 lg:w-64")}
            {head("engine", "Engine", "w-32 max-md:hidden")}
            <th scope="col" className={`${HEAD} max-lg:hidden`}>
              Address
            </th>
            {head("owner", "Owner", "w-44 max-lg:hidden")}
            {head("age", "Age", "w-32 max-sm:hidden")}
          </tr>
        </thead>
        <tbody>
          {stores ? (
            <>
              <Gap height={from * ROW_PX} />
              {stores.slice(from, to).map((store, index) => (
                <StoreRow
                  key={store.id}
                  index={from + index}
                  store={store}
                  chosen={chosen.has(store.id)}
                  onChoose={choose}
                  may={storeCan.delete(store, session)}
                />
              ))}
              <Gap height={(count - to) * ROW_PX} />
            </>
          ) : (
            SKELETONS.map((each) => <SkeletonRow key={each} />)
          )}
        </tbody>
      </Table>
    </div>
  )
}

/** Holds the room of the rows that are not there. */
function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr aria-hidden>
      <td style={{ height }} className="p-0" />
    </tr>
  ) : null
}

const SKELETONS = Array.from({ length: 8 }, (_, index) => index)

function SkeletonRow() {
  return (
    <tr aria-hidden className={ROW} style={{ height: ROW_PX }}>
      <td />
      <td className="px-3">
        <Skeleton className="w-32 max-w-full" />
      </td>
      <td className="px-3">
        <Skeleton className="h-6 w-20 rounded-full" />
      </td>
      <td className="px-3 max-md:hidden">
        <Skeleton className="w-20" />
      </td>
      <td className="px-3 max-lg:hidden">
        <Skeleton className="w-40 max-w-full" />
      </td>
      <td className="px-3 max-lg:hidden">
        <Skeleton className="w-24" />
      </td>
      <td className="px-3 max-sm:hidden">
        <Skeleton className="w-16" />
      </td>
    </tr>
  )
}

/** Writes the first row on the screen into the address, and on arrival goes to the one that stands there. */
function useRowInAddress(
  table: { current: HTMLDivElement | null },
  there: boolean,
  row: number | undefined,
  onChange: (next: Partial<StoresSearch>) => void,
) {
  const arrived = useRef(false)
  // Not in a layout effect: those of what draws long lists come later, and scroll to where the page was.
  useEffect(() => {
    if (!there || arrived.current) return
    arrived.current = true
    // The router may have been there first, with the page still too short for the place that it knew.
    const top = (table.current?.offsetTop ?? 0) + (row ?? 0) * ROW_PX
    if (row && Math.abs(scrollY - top) > ROW_PX) scrollTo(0, top)
  }, [there, row, table])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const settle = () => {
      const first = Math.floor((scrollY - (table.current?.offsetTop ?? 0)) / ROW_PX)
      onChange({ row: first > 0 ? first : undefined })
    }
    const scrolled = () => {
      clearTimeout(timer)
      if (arrived.current) timer = setTimeout(settle, SETTLE_MS)
    }
    addEventListener("scroll", scrolled, { passive: true })
    return () => {
      clearTimeout(timer)
      removeEventListener("scroll", scrolled)
    }
  }, [onChange, table])
}
