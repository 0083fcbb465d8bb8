import { useMutation } from "@tanstack/react-query"
import { loginLinkMake } from "~/api/runtime"

/**
 * Opens the store's admin in a new tab, logged in. `stopped` is set only where the browser did not let the tab open:
 * then the page must offer the link itself.
 */
export function useLogIn(store: string) {
  const mutation = useMutation({
    // The link is a key to the shop: nothing of it stays in memory.
    gcTime: 0,
    mutationFn: async (tab: Window | null) => {
      try {
        const link = await loginLinkMake(store)
        if (!tab || tab.closed) return link
        tab.location.replace(link.url)
        return undefined
      } catch (error) {
        tab?.close()
        throw error
      }
    },
  })
  const logIn = () => {
    // Within the press itself: a tab that opens when the answer is there would be stopped.
    const tab = open("", "_blank")
    // The shop must have no hold on this page.
    if (tab) tab.opener = null
    mutation.mutate(tab)
  }
  return { logIn, busy: mutation.isPending, error: mutation.error, stopped: mutation.data, forget: mutation.reset }
}
