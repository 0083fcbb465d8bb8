import { BadgeCheck } from "lucide-react"
import { Card } from "~/ui/Card"
import { Notice } from "~/ui/Notice"
import { Tooltip } from "~/ui/Tooltip"
import { useMinute } from "~/util/now"
import { duration, exactTime, relativeTime } from "~/util/time"
import { useShownStore } from "../store-context"
import { Latest } from "./Latest"
import { Steps } from "./Steps"
import { useStory } from "./use-story"

/** A store that is open for business, and how one knows. */
export function Sold() {
  const store = useShownStore()
  const story = useStory(store)
  return (
    <>
      <Proof />
      <Latest />
      <Card title="How it was made">
        <details>
          <summary className="text-soft hover:text-ink w-fit rounded">{made(store)}</summary>
          <div className="mt-2">
            <Steps {...story} />
          </div>
        </details>
      </Card>
    </>
  )
}

function Proof() {
  const { proof } = useShownStore()
  const now = useMinute()
  if (!proof) return <Notice tone="good" title="Ready" />
  return (
    <Notice
      tone="good"
      icon={BadgeCheck}
      title={
        <>
          Sold: order #{proof.orderId} for {proof.total} {proof.currency}
          {proof.at && (
            <>
              , proved at{" "}
              <Tooltip text={`${exactTime(proof.at)}, ${relativeTime(proof.at, now)}`}>
                <time dateTime={proof.at}>{timeAndDay(proof.at)}</time>
              </Tooltip>
            </>
          )}
        </>
      }
    >
      <p>
        A test customer bought this through your store's public address in{" "}
        {proof.seconds < 1 ? "under a second" : duration(proof.seconds)}; the order arrived in your admin and was then
        removed, and the stock put back.
      </p>
    </Notice>
  )
}

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" })

function timeAndDay(at: string): string {
  const date = new Date(at)
  return `${time.format(date)} on ${day.format(date)}`
}

function made({ createdAt, readyAt, steps }: ReturnType<typeof useShownStore>): string {
  if (!readyAt) return `${steps.length} steps`
  const seconds = (new Date(readyAt).getTime() - new Date(createdAt).getTime()) / 1000
  return `${steps.length} steps, from your wish to ready in ${duration(Math.max(0, seconds))}`
}
