import { useNavigate } from "@tanstack/react-router"
import { lazy, Suspense, useLayoutEffect, useSyncExternalStore } from "react"
import { useSession } from "~/api/session"
import { mayCreate } from "~/api/store-can"
import { paletteOpen } from "~/components/palette/PaletteHost"
import { storeShownGet } from "~/components/palette/store-shown"
import { opener } from "~/util/opener"
import { dialogIsOpen, isTyping, keyReader } from "./key-reader"
import type { ShortcutAction } from "./shortcuts"
import { singleKeysGet } from "./single-keys"

const Help = lazy(() => import("./Help").then(({ Help }) => ({ default: Help })))
const help = opener()

export const helpOpen = () => help.set(true)

/** Listens for every shortcut of the application; shows their table when it is asked for. */
export function HelpHost() {
  const state = useSyncExternalStore(help.subscribe, help.get)
  useShortcuts()
  // Once it was open it stays, so that it can close in its own way.
  if (state === "never") return null
  return (
    <Suspense>
      <Help open={state === "open"} onOpenChange={help.set} />
    </Suspense>
  )
}

function useShortcuts() {
  const navigate = useNavigate()
  const session = useSession()
  // With the first paint: who is quick presses keys as soon as there is something to see.
  useLayoutEffect(() => {
    const read = keyReader(() => performance.now())
    const toTab = (to: "" | "/credentials" | "/events" | "/logs" | "/usage") => {
      const shown = storeShownGet()
      if (shown) void navigate({ to: `/stores/$store${to}`, params: { store: shown.address } })
    }
    /** Exhaustive: a shortcut that has no deed does not build. */
    const deeds: Record<ShortcutAction, () => void> = {
      palette: paletteOpen,
      help: helpOpen,
      search: () => void searchFocus(() => navigate({ to: "/" })),
      stores: () => void navigate({ to: "/" }),
      settings: () => void navigate({ to: "/settings/account" }),
      create: () => mayCreate(session).allowed && void navigate({ to: "/new" }),
      "tab-1": () => toTab(""),
      "tab-2": () => toTab("/credentials"),
      "tab-3": () => toTab("/events"),
      "tab-4": () => toTab("/logs"),
      "tab-5": () => toTab("/usage"),
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const action = read(event, singleKeysGet() && !isTyping(event.target))
      if (!action || (action === "palette" && dialogIsOpen())) return
      event.preventDefault()
      deeds[action]()
    }
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [navigate, session])
}

/** The search field of what is shown; where there is none, the one of the list. */
async function searchFocus(toStores: () => Promise<void>) {
  const field = () => document.querySelector<HTMLInputElement>("main input[type=search]")
  if (!field()) await toStores()
  // The page that is gone to takes the focus first, and may still be loading.
  const until = performance.now() + 2_000
  const focus = () => {
    const found = field()
    if (found) found.focus()
    else if (performance.now() < until) requestAnimationFrame(focus)
  }
  requestAnimationFrame(focus)
}
