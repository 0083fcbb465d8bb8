import { Link } from "@tanstack/react-router"
import { useStoreEvents } from "~/api/store-events"
import { Card } from "~/ui/Card"
import { Time } from "~/ui/Time"
import { eventTell } from "../events/event-words"
import { useShownStore } from "../store-context"

const SHOWN = 4

/** The last things that happened. */
export function Latest() {
  const store = useShownStore()
  const { data } = useStoreEvents(store.id)
  const latest = data
    ?.filter(({ kind }) => kind !== "stage")
    .slice(-SHOWN)
    .reverse()
  if (!latest || latest.length === 0) return null
  return (
    <Card
      title="Latest"
      actions={
        <Link to="/stores/$store/events" params={{ store: store.name }} className="text-accent rounded hover:underline">
          All events
        </Link>
      }
    >
      <ul className="grid gap-2">
        {latest.map((event) => (
          <li key={event.id} className="flex flex-wrap justify-between gap-x-4">
            <span>{eventTell(event).title}</span>
            <Time at={event.at} className="text-soft text-xs" />
          </li>
        ))}
      </ul>
    </Card>
  )
}
