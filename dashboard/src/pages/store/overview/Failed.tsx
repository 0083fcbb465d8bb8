import { useNavigate } from "@tanstack/react-router"
import { RotateCw, Trash2 } from "lucide-react"
import { useSession } from "~/api/session"
import { storeCan, whyNot } from "~/api/store-can"
import { useStoreRetry } from "~/api/stores"
import { Button } from "~/ui/Button"
import { Card } from "~/ui/Card"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { focusKept } from "~/util/main-focus"
import { useShownStore } from "../store-context"
import { Reason } from "./Reason"
import { Steps } from "./Steps"
import { useStory } from "./use-story"

/** A store that needs somebody. */
export function Failed() {
  const store = useShownStore()
  const session = useSession()
  const navigate = useNavigate()
  const story = useStory(store)
  const retry = useStoreRetry(store.id)
  return (
    <>
      <div role="alert" className="grid gap-3">
        {store.reason ? <Reason reason={store.reason} tone="bad" /> : <p>The store failed, and nothing says why.</p>}
      </div>
      {retry.error && <ErrorPanel error={retry.error} what="The store could not be tried again" />}
      <Card title="How far it came" description={retryMeans(store)}>
        <Steps {...story} />
        <div className="mt-4 flex flex-wrap gap-2">
          <Button
            ref={focusKept}
            icon={<RotateCw aria-hidden className="size-4" />}
            busy={retry.isPending}
            disabledReason={whyNot(storeCan.retry(store, session))}
            onClick={() => retry.mutate()}
          >
            Try again from here
          </Button>
          <Button
            icon={<Trash2 aria-hidden className="size-4" />}
            disabledReason={whyNot(storeCan.delete(store, session))}
            onClick={() => void navigate({ to: ".", search: (before) => ({ ...before, ask: "delete" }) })}
          >
            Delete the store
          </Button>
        </div>
      </Card>
    </>
  )
}

/** One failure has nothing left to go on from: what is lost must not be promised. */
function retryMeans({ reason }: ReturnType<typeof useShownStore>): string {
  if (reason?.code === "namespace-lost") {
    return "What it held is gone. A retry makes the store anew: empty, and with new passwords and keys."
  }
  return "Nothing is thrown away: a retry goes on where it stopped. Many failures also heal by themselves."
}
