import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { api } from "./client"

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
    onSuccess: async () => {
      await navigate({ to: "/sign-in" })
      client.clear()
    },
  })
}
