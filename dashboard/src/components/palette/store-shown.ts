import { useSyncExternalStore } from "react"
import type { Store } from "~/api/types"

/** The store whose page is open, and what that page can do: the palette and the shortcuts offer it. */
export interface StoreShown {
  store: Store
  /** As the address bar has it: by name, once it is deleted by id. */
  address: string
  actions: { logIn: () => void; retry: () => void; delete: () => void }
}

const listeners = new Set<() => void>()
let shown: StoreShown | undefined

export const storeShownGet = () => shown

/** Returns how to take it back. */
export function storeShownSet(next: StoreShown): () => void {
  set(next)
  return () => {
    if (shown === next) set(undefined)
  }
}

export function useStoreShown(): StoreShown | undefined {
  return useSyncExternalStore(subscribe, storeShownGet)
}

function set(next: StoreShown | undefined) {
  shown = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
