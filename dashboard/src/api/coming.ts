// What the API gains next, by hand until its specification has it; then the generated types and calls take its place.
import { queryOptions } from "@tanstack/react-query"
import { problemRead } from "./client"
import { configGet } from "./config"
import { keys } from "./keys"
import { Problem } from "./problem"
import { sessionEnded } from "./session-end"

export interface ComponentView {
  /** For programs: what the logs are asked by. */
  name: string
  /** For people. */
  title: string
  ready: boolean
  restarts: number
}

export interface UsageView {
  measured: boolean
  /** Why not, in words. */
  reason?: string | null
  components: ComponentUsage[]
  volumes: VolumeUsage[]
}

export interface ComponentUsage {
  name: string
  cpuMillicores?: number | null
  cpuLimitMillicores?: number | null
  memoryBytes?: number | null
  memoryLimitBytes?: number | null
}

export interface VolumeUsage {
  name: string
  capacityBytes: number
  usedBytes?: number | null
}

/** Single use, good for a minute. */
export interface LoginLink {
  url: string
  expiresAt: string
}

/** One message of the logs' stream. */
export interface LogLine {
  at?: string | null
  line: string
}

/** How often a measurement is asked for while it is looked at; the cluster itself measures every 15 seconds. */
const MEASURED_EVERY_MS = 10_000

export const componentsQuery = (store: string) =>
  queryOptions({
    queryKey: keys.stores.components(store),
    queryFn: async ({ signal }) => (await read<{ items: ComponentView[] }>(store, "components", { signal })).items,
    refetchInterval: ({ state }) => (state.status === "error" ? false : MEASURED_EVERY_MS),
  })

export const usageQuery = (store: string) =>
  queryOptions({
    queryKey: keys.stores.usage(store),
    queryFn: ({ signal }) => read<UsageView>(store, "usage", { signal }),
    refetchInterval: ({ state }) => (state.status === "error" ? false : MEASURED_EVERY_MS),
  })

export const loginLinkMake = (store: string) => read<LoginLink>(store, "login-link", { method: "POST" })

/** The platform is older than this page: it has not got the route at all. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.status === 404 && error.word === "no-such-route"
}

/** An answer that is good, or a thrown `Problem`, as the generated client does it. */
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

async function read<T>(store: string, path: string, init: RequestInit): Promise<T> {
  return (await storeFetch(store, path, init)).json() as Promise<T>
}
