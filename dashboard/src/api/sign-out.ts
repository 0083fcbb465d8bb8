import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { api } from "./client"
import { everythingForget } from "./events"
import { keys } from "./keys"

/** Ends this session and leaves nothing of it behind in the page. */
export function useSignOut() {
  return useLeave(() => api().DELETE("/api/v1/session"))
}

/** Ends every session of the account, on every device. */
export function useSignOutEverywhere() {
  return useLeave(() => api().DELETE("/api/v1/sessions"))
}

function useLeave(leave: () => Promise<unknown>) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: leave,
    // What is being asked would be answered by 401, as if the session had ended by itself.
    onMutate: () => client.cancelQueries(),
    // One is still here: what was cancelled is wanted after all.
    onError: () => void client.invalidateQueries(),
    onSuccess: async () => {
      client.removeQueries({ queryKey: keys.session })
      await navigate({ to: "/sign-in" })
      everythingForget(client)
    },
  })
}
