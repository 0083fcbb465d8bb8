// biome-ignore lint/complexity/noBannedTypes: the page keeps nothing in the address yet
export type StoreSearch = {}

export function storeSearch(_search: Record<string, unknown>): StoreSearch {
  return {}
}
