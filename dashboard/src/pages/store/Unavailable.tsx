import { PackageX } from "lucide-react"
import { EmptyState } from "~/ui/EmptyState"

/** The platform is older than this page. */
export function Unavailable({ what }: { what: string }) {
  return (
    <EmptyState icon={<PackageX aria-hidden />} title={`${what} not available on this platform version`}>
      The platform that answers here is older than this page. Ask its operator to upgrade it.
    </EmptyState>
  )
}
