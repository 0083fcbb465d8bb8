import type { ReactNode } from "react"

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="border-line grid justify-items-center gap-2 rounded-lg border border-dashed px-6 py-16 text-center">
      <div className="text-soft [&>svg]:size-8">{icon}</div>
      <h2 className="text-base font-semibold">{title}</h2>
      {children !== undefined && <div className="text-soft max-w-md">{children}</div>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  )
}
