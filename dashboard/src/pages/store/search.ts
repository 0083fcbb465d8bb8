/** What is asked in a dialog above the page: a reload asks it again, and the back button closes it. */
export interface StoreSearch {
  ask?: "delete"
}

export function storeSearch({ ask }: Record<string, unknown>): StoreSearch {
  // Left out by name: the router keeps what it is not told to forget.
  return { ask: ask === "delete" ? ask : undefined }
}
