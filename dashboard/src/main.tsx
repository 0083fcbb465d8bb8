import "@fontsource-variable/geist"
import "@fontsource-variable/geist-mono"
import "./styles.css"
import { CSPProvider } from "@base-ui/react/csp-provider"
import { QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { configLoad } from "~/api/config"
import { eventsStop, everythingForget, linkIsCut } from "~/api/events"
import { keys } from "~/api/keys"
import { Problem } from "~/api/problem"
import { queryClient } from "~/api/query-client"
import { onSessionEnded } from "~/api/session-end"
import { router } from "~/router"
import { Toaster } from "~/ui/Toast"
import { tooltipHost } from "~/ui/tooltip-host"

const element = document.getElementById("root")
if (!element) throw new Error("index.html has no #root")
const root = createRoot(element, {
  // A refusal is told on the page; the console is for what is wrong with the page itself.
  onCaughtError: (error) => {
    if (!(error instanceof Problem)) console.error(error)
  },
})

tooltipHost()
onSessionEnded(leaveForSignIn)
addEventListener("vite:preloadError", reloadOnce)

configLoad().then(
  () =>
    root.render(
      <StrictMode>
        {/* The CSP lets no style element in; the style sheet has what Base UI would put there. */}
        <CSPProvider disableStyleElements>
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
            <Toaster />
          </QueryClientProvider>
        </CSPProvider>
      </StrictMode>,
    ),
  (error: unknown) =>
    root.render(
      <main className="mx-auto max-w-md px-4 py-24">
        <h1 className="mb-2 text-xl font-semibold">The dashboard could not start</h1>
        <p>Its configuration could not be read: {error instanceof Error ? error.message : "no answer"}.</p>
        <p className="text-soft mt-2">Reload the page in a moment. If it stays, tell whoever runs the platform.</p>
      </main>,
    ),
)

let leaving = false

/** A 401 anywhere: to the sign-in, and from there back to where one was. */
function leaveForSignIn() {
  if (leaving || !queryClient.getQueryData(keys.session)) return
  leaving = true
  eventsStop()
  const next = router.latestLocation.href
  void router.navigate({ to: "/sign-in", search: { next, ended: true } }).finally(() => {
    everythingForget(queryClient)
    leaving = false
  })
}

/** Longer than a page takes to load: what fails again by then is not mended by loading it anew. */
const RELOAD_MS = 60_000

/** A page that was open during an upgrade asks for files that are gone: the new index.html names the new ones. */
function reloadOnce(event: Event) {
  // Without a connection nothing would come instead of the page that is here. It is asked for again when it is gone to.
  if (linkIsCut()) return
  const before = Number(sessionStorage.getItem("reloaded-at") ?? 0)
  if (Date.now() - before < RELOAD_MS) return
  sessionStorage.setItem("reloaded-at", String(Date.now()))
  event.preventDefault()
  location.reload()
}
