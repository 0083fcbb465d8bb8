import type { Store } from "~/api/types"
import { Card } from "~/ui/Card"
import { useSecond } from "~/util/now"
import { duration } from "~/util/time"
import { useShownStore } from "../store-context"
import { Reason } from "./Reason"
import { Steps } from "./Steps"
import { beganAt, roughly, typicalTotal } from "./typical"
import { useStory } from "./use-story"

/** Past this many times the usual, one says that it takes longer. */
const LATE = 1.5

/** A store that is being made. */
export function Progress() {
  const store = useShownStore()
  const story = useStory(store)
  const done = store.steps.filter(({ state }) => state === "done").length
  return (
    <Card
      title="Your store is being made"
      description={<Expectation store={store} story={story} />}
      actions={
        <span className="text-soft text-xs tabular-nums" role="status">
          {done} of {store.steps.length} steps done
        </span>
      }
    >
      <Bar done={done} of={store.steps.length} />
      {store.reason && (
        <div className="mb-3">
          <Reason reason={store.reason} tone="warn" />
        </div>
      )}
      <Steps {...story} />
      <p className="text-soft mt-4">You can leave this page: it goes on without you, and is here when you come back.</p>
    </Card>
  )
}

function Expectation({ store, story }: { store: Store; story: ReturnType<typeof useStory> }) {
  const now = useSecond()
  const usual = typicalTotal(story.engine)
  const seconds = Math.max(0, now - beganAt(story.events, store.createdAt)) / 1000
  const since = <span className="tabular-nums">{duration(Math.round(seconds))} so far.</span>
  if (usual === undefined) {
    return <>The first of its kind here takes some minutes, because its software is fetched. {since}</>
  }
  if (seconds > usual * LATE + 5) {
    return (
      <>
        It takes longer than usual ({roughly(usual)}), and goes on. {since}
      </>
    )
  }
  return (
    <>
      It usually takes {roughly(usual)}. {since}
    </>
  )
}

function Bar({ done, of }: { done: number; of: number }) {
  return (
    <div aria-hidden className="bg-raised mb-2 h-1 overflow-hidden rounded-full">
      <div className="bg-busy h-full transition-[width] duration-500" style={{ width: `${(done / of) * 100}%` }} />
    </div>
  )
}
