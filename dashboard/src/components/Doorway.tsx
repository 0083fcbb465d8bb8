import { Store } from "lucide-react"
import type { ReactNode } from "react"
import { useTitle } from "./Page"

/** Around the pages of somebody who is not signed in yet. */
export function Doorway({
  title,
  description,
  children,
}: {
  title: string
  description?: ReactNode
  children: ReactNode
}) {
  useTitle(title)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-4 py-10">
      <span className="bg-primary text-on-primary mb-6 grid size-10 place-items-center rounded-lg">
        <Store aria-hidden className="size-5" />
      </span>
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      {description !== undefined && <div className="text-soft mt-1">{description}</div>}
      <div className="mt-6">{children}</div>
    </main>
  )
}
