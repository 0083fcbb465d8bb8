import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query"
import { useDebounced } from "~/util/debounced"
import { SLUG_LEAST } from "~/util/slug"
import { answer, api } from "./client"
import { keys } from "./keys"

/** Long enough not to ask for every letter, short enough to answer while one still looks. */
const SETTLE_MS = 250

const nameQuery = (name: string) =>
  queryOptions({
    queryKey: keys.name(name),
    queryFn: ({ signal }) => answer(api().GET("/api/v1/names/{name}", { params: { path: { name } }, signal })),
    enabled: name.length >= SLUG_LEAST,
    // Somebody else may take it at any time.
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })

export type NameState = "short" | "checking" | "free" | "refused" | "unknown"

/** Whether a store could have this name. The answer says for which name it is: another's is never taken for it. */
export function useName(name: string) {
  const settled = useDebounced(name, SETTLE_MS)
  const { data, isError, error } = useQuery(nameQuery(settled))
  const current = data?.name === name ? data : undefined
  let state: NameState = "checking"
  if (name.length < SLUG_LEAST) state = "short"
  else if (current) state = current.available ? "free" : "refused"
  else if (isError && settled === name) state = "unknown"
  return { state, url: current?.url ?? undefined, reason: current?.reason ?? undefined, before: data, error }
}
