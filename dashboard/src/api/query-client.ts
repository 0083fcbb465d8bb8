import { QueryClient } from "@tanstack/react-query"
import { Problem, problemTell } from "./problem"

const TRIES = 3

/**
 * Asks again where that may help, as late as the server wishes; a refusal is never repeated. `networkMode`: without it what
 * is pressed offline waits unseen and is done when the network is back, by when nobody may want it any more.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      // Off by itself where `networkMode` is "always".
      refetchOnReconnect: true,
      // Live by events; what comes back after a break is replayed to it, or refetched after `hello`.
      staleTime: 30_000,
      retry: (count, error) => count < TRIES - 1 && problemTell(error).retry,
      retryDelay: (count, error) => waitBefore(count, error),
    },
    mutations: { networkMode: "always", retry: false },
  },
})

function waitBefore(count: number, error: unknown): number {
  const asked = error instanceof Problem ? error.retryAfter : undefined
  return Math.min(asked === undefined ? 500 * 2 ** count : asked * 1000, 30_000)
}
