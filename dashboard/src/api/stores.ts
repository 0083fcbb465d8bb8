import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { answer, api } from "./client"
import { keys } from "./keys"
import type { CreateStore, Store } from "./types"

/** The most that one answer holds. */
const PAGE = 1000

/** All stores: the list searches, filters and sorts here, so that each key stroke answers at once. */
export const storeListQuery = queryOptions({
  queryKey: keys.stores.list,
  queryFn: ({ signal }) => storeListAll(signal),
})

export const storeQuery = (store: string) =>
  queryOptions({ queryKey: keys.stores.detail(store), queryFn: ({ signal }) => storeGet(store, signal) })

export const useStoreList = () => useQuery(storeListQuery)
export const useStore = (store: string) => useQuery(storeQuery(store))

export const engineListQuery = queryOptions({
  queryKey: keys.engines,
  queryFn: ({ signal }) => answer(api().GET("/api/v1/engines", { signal })),
})
export const useEngines = () => useQuery(engineListQuery)

export async function storeGet(store: string, signal?: AbortSignal): Promise<Store> {
  return answer(api().GET("/api/v1/stores/{store}", { params: { path: { store } }, signal }))
}

async function storeListAll(signal: AbortSignal): Promise<Store[]> {
  const stores: Store[] = []
  let cursor: string | undefined
  do {
    const page = await answer(api().GET("/api/v1/stores", { params: { query: { limit: PAGE, cursor } }, signal }))
    stores.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return stores
}

export function storeCreate(body: CreateStore, idempotencyKey: string): Promise<Store> {
  const header = { "idempotency-key": idempotencyKey }
  return answer(api().POST("/api/v1/stores", { body, params: { header } }))
}

export function useStoreRetry(store: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api().POST("/api/v1/stores/{store}/retry", { params: { path: { store } } })),
    onSuccess: (fresh) => storePut(client, fresh),
  })
}

export function useStoreDelete() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (store: string) => answer(api().DELETE("/api/v1/stores/{store}", { params: { path: { store } } })),
    onSuccess: (fresh) => storePut(client, fresh),
  })
}

/** Puts a store as it is now wherever it is shown; says whether the list has it now, and will keep it. */
export function storePut(client: QueryClient, fresh: Store): boolean {
  for (const [queryKey, held] of client.getQueriesData<Store>({ queryKey: ["stores", "detail"] })) {
    if (held?.id === fresh.id) client.setQueryData(queryKey, fresh)
  }
  const list = client.setQueryData<Store[]>(keys.stores.list, (before) => before && storeAmong(before, fresh))
  // An answer that is under way may be older than this store, and would take its place.
  return list !== undefined && client.isFetching({ queryKey: keys.stores.list, exact: true }) === 0
}

/** A new one is put in, not asked for with all the others: a thousand stores are a megabyte. */
function storeAmong(list: Store[], fresh: Store): Store[] {
  if (fresh.phase === "deleted") return list.filter(({ id }) => id !== fresh.id)
  if (!list.some(({ id }) => id === fresh.id)) return [fresh, ...list]
  return list.map((store) => (store.id === fresh.id ? fresh : store))
}
