import { queryOptions } from "@tanstack/react-query"
import { answer, api, problemRead } from "./client"
import { configGet } from "./config"
import { keys } from "./keys"
import { Problem } from "./problem"
import type { components } from "./schema"
import { sessionEnded } from "./session-end"

export type ComponentView = components["schemas"]["ComponentView"]
/** Single use, good for a minute. */
export type LoginLink = components["schemas"]["LoginLink"]
export type LogLine = components["schemas"]["LogLine"]
export type UsageView = components["schemas"]["UsageView"]

/** How often a measurement is asked for while it is looked at; the cluster itself measures every 15 seconds. */
const MEASURED_EVERY_MS = 10_000

/** The programs of a store. */
export const componentsQuery = (store: string) =>
  queryOptions({
    queryKey: keys.stores.components(store),
    queryFn: async ({ signal }) => {
      const asked = api().GET("/api/v1/stores/{store}/components", { params: { path: { store } }, signal })
      return (await answer(asked)).items
    },
    refetchInterval: ({ state }) => measureAgain(state.error),
  })

/** What a store takes of the cluster. */
export const usageQuery = (store: string) =>
  queryOptions({
    queryKey: keys.stores.usage(store),
    queryFn: ({ signal }) => answer(api().GET("/api/v1/stores/{store}/usage", { params: { path: { store } }, signal })),
    refetchInterval: ({ state }) => measureAgain(state.error),
  })

export const loginLinkMake = (store: string): Promise<LoginLink> =>
  answer(api().POST("/api/v1/stores/{store}/login-link", { params: { path: { store } } }))

/** What failed may go well the next time, unless one is out, may not, or it is not there. */
function measureAgain(error: unknown): number | false {
  return error instanceof Problem && FOR_GOOD.includes(error.status) ? false : MEASURED_EVERY_MS
}
const FOR_GOOD = [401, 403, 404]

/** The platform is older than this page: it has not got the route at all. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.status === 404 && error.word === "no-such-route"
}

/** An answer whose body is read as it comes, or a thrown `Problem`, as the generated client does it. */
export async function storeFetch(store: string, path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(`${configGet().apiUrl}/v1/stores/${encodeURIComponent(store)}/${path}`, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new Problem(0, {})
  }
  if (response.ok) return response
  if (response.status === 401) sessionEnded()
  throw await problemRead(response)
}
