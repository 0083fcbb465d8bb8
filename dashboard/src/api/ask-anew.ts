import type { QueryClient, QueryFilters } from "@tanstack/react-query"

/**
 * Makes sure that what is shown is as new as this moment. `invalidateQueries` does not ask again for what is just being
 * asked for the first time; that answer may have been made before the event that says it is old.
 */
export async function askAnew(client: QueryClient, filters: QueryFilters = {}) {
  const first = client.getQueryCache().findAll({ ...filters, fetchStatus: "fetching" })
  const unanswered = first.filter(({ state }) => state.data === undefined)
  await client.invalidateQueries(filters)
  await Promise.all(unanswered.map(({ queryKey }) => client.invalidateQueries({ queryKey, exact: true })))
}
