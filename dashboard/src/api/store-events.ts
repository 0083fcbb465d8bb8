import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { answer, api } from "./client"
import { onStoreEvent } from "./events"
import { keys } from "./keys"
import type { EventView } from "./types"

/** All that happened to a store, oldest first. */
export const storeEventsQuery = (id: string) =>
  queryOptions({ queryKey: keys.stores.events(id), queryFn: ({ signal }) => storeEventsAll(id, signal) })

/** Those there are, then each as it arrives by the application's one stream. */
export function useStoreEvents(id: string) {
  const client = useQueryClient()
  useEffect(
    () =>
      onStoreEvent((event) => {
        if (event.storeId !== id) return
        client.setQueryData<EventView[]>(keys.stores.events(id), (held) => held && eventAdd(held, event))
      }),
    [client, id],
  )
  return useQuery(storeEventsQuery(id))
}

/** After a break the same event may come by the stream and by the list. */
export function eventAdd(held: EventView[], event: EventView): EventView[] {
  return held.some((known) => known.id === event.id) ? held : [...held, event].sort((a, b) => a.id - b.id)
}

async function storeEventsAll(store: string, signal: AbortSignal): Promise<EventView[]> {
  const events: EventView[] = []
  for (let after = 0; ; ) {
    const page = await answer(
      api().GET("/api/v1/stores/{store}/events", {
        params: { path: { store }, query: { after } },
        headers: { accept: "application/json" },
        signal,
      }),
    )
    if (!("items" in page)) throw new Error("asked for a list of events, got a stream")
    events.push(...page.items)
    if (page.nextCursor == null) return events
    after = page.nextCursor
  }
}
