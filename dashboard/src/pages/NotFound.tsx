import { Link } from "@tanstack/react-router"
import { Compass } from "lucide-react"
import { useTitle } from "~/components/Page"
import { buttonClass } from "~/ui/Button"

export function NotFound() {
  useTitle("Not found")
  return (
    <div className="mx-auto grid max-w-md justify-items-center gap-2 px-4 py-24 text-center">
      <Compass aria-hidden className="text-soft size-10" />
      <h1 className="text-xl font-semibold tracking-tight">There is no such page</h1>
      <p className="text-soft">The address may be old or mistyped. Your stores are where they were.</p>
      <Link to="/" className={buttonClass("primary", "md", "mt-4")}>
        Go to your stores
      </Link>
    </div>
  )
}
