import type { ReactNode } from "react"
import { cx } from "~/util/class"

/** A part of a page with a heading of its own. */
export function Card({
  title,
  description,
  actions,
  className,
  children,
}: {
  title?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  className?: string
  children: ReactNode
}) {
  return (
    <section className={cx("border-line bg-surface rounded-lg border p-5", className)}>
      {(title !== undefined || actions !== undefined) && (
        <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
          <div>
            {title !== undefined && <h2 className="font-semibold">{title}</h2>}
            {description !== undefined && <div className="text-soft">{description}</div>}
          </div>
          {actions}
        </div>
      )}
      {children}
    </section>
  )
}
