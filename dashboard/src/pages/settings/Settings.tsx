import { Link } from "@tanstack/react-router"
import type { ReactNode } from "react"
import { useSession } from "~/api/session"
import { Page } from "~/components/Page"

const LINK =
  "text-soft hover:text-ink data-[status=active]:text-ink data-[status=active]:bg-raised rounded-md px-3 py-1.5 font-medium whitespace-nowrap"

export function Settings({
  title,
  description,
  actions,
  children,
}: {
  title: string
  description: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  const { role } = useSession()
  return (
    <div className="mx-auto max-w-7xl sm:px-2 md:grid md:grid-cols-[12rem_minmax(0,1fr)] md:gap-4">
      <nav aria-label="Settings" className="flex gap-1 overflow-x-auto px-4 pt-4 md:flex-col md:pt-6">
        <Link to="/settings/account" className={LINK}>
          Account
        </Link>
        <Link to="/settings/tokens" className={LINK}>
          API tokens
        </Link>
        {role === "admin" && (
          <Link to="/settings/accounts" className={LINK}>
            People
          </Link>
        )}
      </nav>
      <Page title={title} description={description} actions={actions}>
        {children}
      </Page>
    </div>
  )
}
