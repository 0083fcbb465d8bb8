/** What is asked in a dialog above the page: a reload asks it again, and the back button closes it. */
export interface StoreSearch {
  ask?: "delete"
}

export function storeSearch({ ask }: Record<string, unknown>): StoreSearch {
  return ask === "delete" ? { ask } : {}
}
