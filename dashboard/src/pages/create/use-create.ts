import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { useRef, useState } from "react"
import { keys } from "~/api/keys"
import { storeCreate } from "~/api/stores"
import type { CreateStore } from "~/api/types"

/**
 * Creates at most one store for one request. The same request, sent again because an answer was lost, carries the
 * same key, and the platform answers as it did the first time; another request has another key.
 */
export function useCreate(request: CreateStore, onRefused: (error: unknown) => void) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const key = useIdempotencyKey(JSON.stringify(request))
  // State comes a frame too late for a double click.
  const sending = useRef(false)
  const create = useMutation({
    mutationFn: () => storeCreate(request, key),
    onSuccess: async (store) => {
      client.setQueryData(keys.stores.detail(store.name), store)
      void client.invalidateQueries({ queryKey: keys.stores.list })
      await navigate({ to: "/stores/$store", params: { store: store.name } })
    },
    onError: (error) => {
      sending.current = false
      onRefused(error)
    },
  })
  const start = () => {
    if (sending.current) return
    sending.current = true
    create.mutate()
  }
  return { start, key, busy: create.isPending || create.isSuccess }
}

function useIdempotencyKey(request: string): string {
  const [held, setHeld] = useState({ request, key: crypto.randomUUID() as string })
  if (held.request === request) return held.key
  const next = { request, key: crypto.randomUUID() }
  setHeld(next)
  return next.key
}
