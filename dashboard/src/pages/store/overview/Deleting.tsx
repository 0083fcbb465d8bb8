import { LoaderCircle } from "lucide-react"
import { useStoreEvents } from "~/api/store-events"
import { Card } from "~/ui/Card"
import { useSecond } from "~/util/now"
import { duration } from "~/util/time"
import { useShownStore } from "../store-context"
import { Reason } from "./Reason"
import { Removed } from "./Removed"

/** A store that is being taken away, and what holds it up. */
export function Deleting() {
  const store = useShownStore()
  return (
    <>
      {store.reason && (
        <div role="alert">
          <Reason reason={store.reason} tone="warn" open />
        </div>
      )}
      <Card title="The store is being deleted" description={<Since />}>
        <div className="flex items-center gap-2">
          <LoaderCircle aria-hidden className="text-busy size-4 shrink-0 animate-spin" />
          {store.reason
            ? "Waiting for what is in the way; then it goes on by itself."
            : "Shop, database and files are being removed."}
        </div>
        {store.removed && store.removed.length > 0 && (
          <div className="mt-4">
            <h3 className="mb-1 font-medium">What goes</h3>
            <Removed items={store.removed} />
          </div>
        )}
        <p className="text-soft mt-4">You can leave this page: it goes on without you.</p>
      </Card>
    </>
  )
}

function Since() {
  const { id } = useShownStore()
  const { data } = useStoreEvents(id)
  const now = useSecond()
  const begun = data?.find(({ kind, phase }) => kind === "phase" && phase === "deleting")
  if (!begun) return null
  const seconds = Math.max(0, Math.round((now - new Date(begun.at).getTime()) / 1000))
  return <span className="tabular-nums">{duration(seconds)} so far. It usually takes less than a minute.</span>
}
