import { useState } from "react"
import { useStoreEvents } from "~/api/store-events"
import type { EventView } from "~/api/types"
import { Card } from "~/ui/Card"
import { ErrorPanel } from "~/ui/ErrorPanel"
import { Skeleton } from "~/ui/Skeleton"
import { Switch } from "~/ui/Switch"
import { Tooltip } from "~/ui/Tooltip"
import { cx } from "~/util/class"
import { useMinute } from "~/util/now"
import { exactTime } from "~/util/time"
import { useShownStore } from "../store-context"
import { byDay, timeOfDay } from "./days"
import { eventTell, isMilestone } from "./event-words"

const DOTS = { good: "bg-good", busy: "bg-busy", warn: "bg-warn", bad: "bg-bad", idle: "bg-edge" }

/** All that happened to the store, newest first, as it happens. */
export function EventsTab() {
  const store = useShownStore()
  const { data, error, refetch } = useStoreEvents(store.id)
  const [every, setEvery] = useState(false)
  return (
    <Card
      title="Events"
      description="All that happened to this store, newest first."
      actions={
        // biome-ignore lint/a11y/noLabelWithoutControl: the switch within is its control
        <label className="flex items-center gap-2">
          <Switch checked={every} onCheckedChange={setEvery} /> Every detail
        </label>
      }
    >
      {error && <ErrorPanel error={error} what="The events could not be read" onRetry={() => void refetch()} />}
      {data ? (
        <Days events={every ? data : data.filter(isMilestone)} />
      ) : (
        !error && <Skeleton className="h-40 w-full" />
      )}
    </Card>
  )
}

function Days({ events }: { events: EventView[] }) {
  const now = useMinute()
  if (events.length === 0) return <p className="text-soft">Nothing has happened yet.</p>
  return (
    <div className="grid gap-5">
      {byDay(events.toReversed(), now).map(({ key, title, items }) => (
        <section key={key}>
          <h3 className="text-soft mb-2 text-xs font-medium">{title}</h3>
          <ol>
            {items.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Event({ event }: { event: EventView }) {
  const { title, tone, detail } = eventTell(event)
  return (
    <li className="group flex gap-3">
      <span aria-hidden className="flex w-2 flex-col items-center">
        <span className={cx("mt-2 size-2 shrink-0 rounded-full", DOTS[tone])} />
        <span className="bg-line mt-1 w-px flex-1 group-last:hidden" />
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4 pb-3">
        <div className="min-w-0">
          <p className={cx("break-words", tone === "bad" && "text-bad font-medium")}>{title}</p>
          {detail && <p className="text-soft text-xs break-words">{detail}</p>}
        </div>
        <Tooltip text={exactTime(event.at)}>
          <time dateTime={event.at} className="text-soft text-xs whitespace-nowrap tabular-nums">
            {timeOfDay(event.at)}
          </time>
        </Tooltip>
      </div>
    </li>
  )
}
