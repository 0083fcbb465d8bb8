import { useCallback, useEffect, useRef, useState } from "react"
import { answer, api } from "~/api/client"
import type { Credentials } from "~/api/types"
import { announce } from "~/ui/announce"

/**
 * Fetched by a press only, and kept nowhere but in the part of the page that shows them: no cache knows them, and they
 * are gone when it is left, when another store is shown, or when the browser puts the page aside.
 */
export function useCredentials(store: string) {
  const [credentials, setCredentials] = useState<Credentials>()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const asking = useRef<AbortController>(undefined)

  const forget = useCallback(() => {
    asking.current?.abort()
    setCredentials(undefined)
    setError(undefined)
    setBusy(false)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another store is why they go
  useEffect(() => {
    // A page that is kept for the back button would show them again.
    addEventListener("pagehide", forget)
    return () => {
      removeEventListener("pagehide", forget)
      forget()
    }
  }, [store, forget])

  const reveal = async () => {
    const asked = new AbortController()
    asking.current = asked
    setBusy(true)
    setError(undefined)
    try {
      const path = { store }
      const found = await answer(
        api().GET("/api/v1/stores/{store}/credentials", { params: { path }, signal: asked.signal }),
      )
      if (asked.signal.aborted) return
      setCredentials(found)
      announce("The credentials are shown")
    } catch (refused) {
      if (!asked.signal.aborted) setError(refused)
    } finally {
      if (!asked.signal.aborted) setBusy(false)
    }
  }
  return { credentials, error, busy, reveal, forget }
}
