import { queryOptions, useSuspenseQuery } from "@tanstack/react-query"
import { answer, api } from "./client"
import { keys } from "./keys"
import type { Session } from "./types"

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: () => answer(api().GET("/api/v1/session")),
  staleTime: 5 * 60_000,
})

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: () => answer(api().GET("/api/v1/setup")),
  staleTime: 0,
})

/** Who is signed in. Only under the shell, whose route made sure that there is somebody. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data
}
