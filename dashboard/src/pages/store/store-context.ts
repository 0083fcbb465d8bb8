import { createContext, useContext } from "react"
import type { Store } from "~/api/types"

const StoreContext = createContext<Store | undefined>(undefined)

export const StoreProvider = StoreContext.Provider

/** The store that the page shows. Only below `StorePage`, which has it before it shows a tab. */
export function useShownStore(): Store {
  const store = useContext(StoreContext)
  if (!store) throw new Error("a tab of the store page is shown without its store")
  return store
}
