import { useQueryClient } from "@tanstack/react-query"
import { Outlet, useRouterState } from "@tanstack/react-router"
import { useEffect, useRef } from "react"
import { eventsStart, eventsStop } from "~/api/events"
import { HelpHost } from "~/components/help/HelpHost"
import { PaletteHost } from "~/components/palette/PaletteHost"
import { Connection } from "./Connection"
import { Header } from "./Header"
import { SignOut, SignOutRefused } from "./SignOut"

/** What is around every page of somebody who is signed in. */
export function Shell() {
  const client = useQueryClient()
  useEffect(() => {
    eventsStart(client)
    return eventsStop
  }, [client])
  return (
    <SignOut>
      <a
        href="#main"
        className="bg-primary text-on-primary sr-only z-50 rounded-md px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <Header />
      <Connection />
      <SignOutRefused />
      <Main />
      <PaletteHost />
      <HelpHost />
    </SignOut>
  )
}

/** A new page begins at its content, for the keyboard and for screen readers too. */
function Main() {
  const main = useRef<HTMLElement>(null)
  // The parts of one store's page are one page: choosing a part leaves the focus on what chose it.
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname.split("/", 3).join("/") })
  const before = useRef(path)
  useEffect(() => {
    if (before.current !== undefined && before.current !== path) main.current?.focus({ preventScroll: true })
    before.current = path
  }, [path])
  return (
    <main id="main" ref={main} tabIndex={-1} className="outline-none">
      <Outlet />
    </main>
  )
}
