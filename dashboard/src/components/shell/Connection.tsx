import { LoaderCircle, WifiOff } from "lucide-react"
import { useEffect, useState, useSyncExternalStore } from "react"
import { linkGet, onLink } from "~/api/events"

/** A cut shorter than this is nobody's business. */
const GRACE_MS = 1_500

/** Says when what is on the screen may be old. */
export function Connection() {
  const online = useSyncExternalStore(onOnline, () => navigator.onLine)
  const link = useSyncExternalStore(onLink, linkGet)
  const cut = useLasting(link === "reconnecting")
  return (
    <div role="status">
      {!online && (
        <Banner>
          <WifiOff aria-hidden className="size-4 shrink-0" />
          You are offline. What you see may be old; it is brought up to date when you are back.
        </Banner>
      )}
      {online && cut && (
        <Banner>
          <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />
          Reconnecting… What you see may be some seconds old.
        </Banner>
      )}
    </div>
  )
}

function Banner({ children }: { children: React.ReactNode }) {
  return (
    <div className="bg-warn-wash text-warn">
      <div className="mx-auto flex max-w-7xl items-center gap-2 px-4 py-2 font-medium sm:px-6">{children}</div>
    </div>
  )
}

function useLasting(now: boolean): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!now) {
      setLasting(false)
      return
    }
    const timer = setTimeout(() => setLasting(true), GRACE_MS)
    return () => clearTimeout(timer)
  }, [now])
  return lasting
}

function onOnline(listener: () => void): () => void {
  addEventListener("online", listener)
  addEventListener("offline", listener)
  return () => {
    removeEventListener("online", listener)
    removeEventListener("offline", listener)
  }
}
