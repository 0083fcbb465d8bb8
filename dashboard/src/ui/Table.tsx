import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react"
import type { ComponentProps, ReactNode } from "react"
import { cx } from "~/util/class"

/** A real table, so that screen readers walk it; scrolls sideways within itself where it must. */
export function Table({ label, className, children, ...rest }: ComponentProps<"table"> & { label: string }) {
  return (
    <div className="border-line bg-surface relative overflow-x-auto rounded-lg border">
      <table {...rest} aria-label={label} className={cx("w-full border-collapse text-left", className)}>
        {children}
      </table>
    </div>
  )
}

export const CELL = "px-3 py-2 align-middle"
export const HEAD = "text-soft border-line border-b px-3 h-9 text-xs font-medium whitespace-nowrap"
export const ROW = "border-line border-b last:border-b-0"

interface SortProps {
  direction: "asc" | "desc" | undefined
  onSort: () => void
  className?: string
  children: ReactNode
}

/** The head of a column that sorts. */
export function SortHead({ direction, onSort, className, children }: SortProps) {
  const Icon = direction === "asc" ? ArrowUp : direction === "desc" ? ArrowDown : ChevronsUpDown
  const sorted = direction === "asc" ? "ascending" : direction === "desc" ? "descending" : "none"
  return (
    <th scope="col" aria-sort={sorted} className={cx(HEAD, className)}>
      <button
        type="button"
        onClick={onSort}
        className="hover:text-ink -mx-1 inline-flex items-center gap-1 rounded px-1"
      >
        {children}
        <Icon aria-hidden className={cx("size-3.5", direction === undefined && "opacity-60")} />
      </button>
    </th>
  )
}
