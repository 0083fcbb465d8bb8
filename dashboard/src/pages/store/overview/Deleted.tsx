import { Link } from "@tanstack/react-router"
import { useStoreEvents } from "~/api/store-events"
import { buttonClass } from "~/ui/Button"
import { Card } from "~/ui/Card"
import { Time } from "~/ui/Time"
import { useShownStore } from "../store-context"
import { Removed } from "./Removed"

/** What is left to say of a store that is gone. */
export function Deleted() {
  const store = useShownStore()
  const { data } = useStoreEvents(store.id)
  const gone = data?.findLast(({ kind, phase }) => kind === "phase" && phase === "deleted")
  return (
    <Card
      title="The store is deleted"
      description={
        <>
          {gone && (
            <>
              Gone <Time at={gone.at} />.{" "}
            </>
          )}
          The name {store.name} is free again.
        </>
      }
    >
      <h3 className="mb-1 font-medium">What was removed</h3>
      {store.removed && store.removed.length > 0 ? (
        <Removed items={store.removed} />
      ) : (
        <p>Nothing: there was nothing of it yet.</p>
      )}
      <Link to="/" className={buttonClass("secondary", "md", "mt-4")}>
        Go to your stores
      </Link>
    </Card>
  )
}
