import type { ReactNode } from "react"
import { Skeleton } from "~/ui/Skeleton"
import { CELL, ROW } from "~/ui/Table"

interface Props<T> {
  /** None yet: skeletons. */
  rows: T[] | undefined
  columns: number
  children: (row: T) => ReactNode
}

export function Rows<T>({ rows, columns, children }: Props<T>) {
  return (
    <tbody>
      {rows
        ? rows.map(children)
        : ["a", "b", "c"].map((each) => (
            <tr key={each} aria-hidden className={ROW}>
              <td className={CELL} colSpan={columns}>
                <Skeleton className="my-1.5 w-1/2" />
              </td>
            </tr>
          ))}
    </tbody>
  )
}
