import { type ReactNode, useEffect } from "react"
import { cx } from "~/util/class"

interface Props {
  /** In the browser's tab too. */
  title: string
  /** Where the heading is more than the title. */
  heading?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  narrow?: boolean
  children: ReactNode
}

export function Page({ title, heading, description, actions, narrow, children }: Props) {
  useTitle(title)
  return (
    <div className={cx("mx-auto w-full px-4 py-6 sm:px-6", narrow ? "max-w-3xl" : "max-w-7xl")}>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight break-words">{heading ?? title}</h1>
          {description !== undefined && <div className="text-soft mt-0.5">{description}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Stores`
  }, [title])
}
