import { type ErrorComponentProps, useRouter } from "@tanstack/react-router"
import { useTitle } from "~/components/Page"
import { ErrorPanel } from "~/ui/ErrorPanel"

/** What is shown instead of a page that could not be shown; the rest of the application lives on around it. */
export function Fault({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  useTitle("Fault")
  const again = () => {
    reset()
    void router.invalidate()
  }
  return (
    <div className="mx-auto w-full max-w-xl px-4 py-16">
      <h1 className="mb-4 text-xl font-semibold tracking-tight">This could not be shown</h1>
      <ErrorPanel error={error} onRetry={again} />
    </div>
  )
}

/** Where not even the shell could be shown. */
export function FaultAlone(props: ErrorComponentProps) {
  return (
    <main>
      <Fault {...props} />
    </main>
  )
}
