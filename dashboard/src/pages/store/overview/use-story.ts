import { useStoreEvents } from "~/api/store-events"
import { useEngines } from "~/api/stores"
import type { Store } from "~/api/types"

/** What the steps of a store are told with: what is usual for its engine, and when the present try began. */
export function useStory(store: Store) {
  const engine = useEngines().data?.find(({ engine }) => engine === store.engine)
  const events = useStoreEvents(store.id).data
  return { steps: store.steps, createdAt: store.createdAt, engine, events }
}
