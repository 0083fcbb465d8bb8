import type { QueryClient } from "@tanstack/react-query"
import { askAnew } from "./ask-anew"
import { configGet } from "./config"
import { keys } from "./keys"
import { sessionQuery } from "./session"
import { storeGet, storePut } from "./stores"
import type { EventView, Session, Store } from "./types"

/** `live`: events arrive. `reconnecting`: it was cut, and is tried again. `off`: nobody is signed in. */
export type Link = "off" | "connecting" | "live" | "reconnecting"

/** The server names its messages by kind, and a browser only hears names that it was told. */
const KINDS = ["phase", "stage", "attempt", "credentials", "login", "logs", "note"]
/** Events come in bursts, a stage ending and the next beginning; one look serves them all. */
const GATHER_MS = 50
/** Above this many stores at once, the list is one request instead of many. */
const MANY = 20
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

const linkListeners = new Set<() => void>()
const eventListeners = new Set<(event: EventView) => void>()
let link: Link = "off"
let source: EventSource | undefined
let again: ReturnType<typeof setTimeout> | undefined
let wait = FIRST_WAIT_MS
let backOnline: (() => void) | undefined
/**
 * What is held of the stores includes every event up to this one: the last that arrived, and to begin with the newest at
 * the time of the session's answer, since stores are only asked for after it.
 */
let last: number | undefined

export const linkGet = () => link
/** Whether what is asked for now will hardly come. */
export const linkIsCut = () => !navigator.onLine || link === "reconnecting"

export function onLink(listener: () => void): () => void {
  linkListeners.add(listener)
  return () => linkListeners.delete(listener)
}

/** Every event of every store, as it arrives. Returns how to stop. */
export function onStoreEvent(listener: (event: EventView) => void): () => void {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}

/** The one connection of the application: however many stores are on the screen, a browser has six to a host. */
export function eventsStart(client: QueryClient) {
  if (source || again) return
  last ??= client.getQueryData<Session>(keys.session)?.eventCursor
  setLink("connecting")
  backOnline = () => {
    if (!again) return
    // The wait was for a server that may have trouble; the network is back, so it is over.
    clearTimeout(again)
    wait = FIRST_WAIT_MS
    open(client)
  }
  addEventListener("online", backOnline)
  open(client)
}

export function eventsStop() {
  if (backOnline) removeEventListener("online", backOnline)
  source?.close()
  clearTimeout(again)
  source = undefined
  again = undefined
  wait = FIRST_WAIT_MS
  setLink("off")
}

/** Leaves nothing of what was read, nor up to which event it was. */
export function everythingForget(client: QueryClient) {
  client.clear()
  looked.clear()
  last = undefined
}

function open(client: QueryClient) {
  again = undefined
  const after = last === undefined ? "" : `?after=${last}`
  const opened = new EventSource(`${configGet().apiUrl}/v1/events${after}`)
  source = opened
  opened.onopen = () => {
    wait = FIRST_WAIT_MS
    setLink("live")
  }
  // Sent where there is nothing to go on from, or the server does not know it: whatever was missed is read anew.
  opened.addEventListener("hello", (message) => {
    last = Number(message.lastEventId) || undefined
    void askAnew(client)
  })
  for (const kind of KINDS) opened.addEventListener(kind, (message) => take(client, message.data))
  opened.onmessage = (message) => take(client, message.data)
  opened.onerror = () => {
    setLink("reconnecting")
    // A cut is mended by the browser, with Last-Event-ID. An answer that is no stream ends it for good.
    if (opened.readyState === EventSource.CLOSED) reopen(client)
  }
}

function reopen(client: QueryClient) {
  source?.close()
  source = undefined
  // Is it the session? Then this request's 401 leads to the sign-in.
  client.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false }).catch(() => {})
  again = setTimeout(() => open(client), wait * (0.5 + Math.random() / 2))
  wait = Math.min(wait * 2, LONGEST_WAIT_MS)
}

function setLink(next: Link) {
  if (link === next) return
  link = next
  for (const listener of linkListeners) listener()
}

const touched = new Set<string>()
let gathering: ReturnType<typeof setTimeout> | undefined

function take(client: QueryClient, data: string) {
  const event = JSON.parse(data) as EventView
  for (const listener of eventListeners) listener(event)
  last = event.id
  // A server of the version before does not say whose event it is.
  if (event.storeId) touched.add(event.storeId)
  if (gathering !== undefined) return
  gathering = setTimeout(() => {
    gathering = undefined
    const ids = [...touched]
    touched.clear()
    void refresh(client, ids)
  }, GATHER_MS)
}

async function refresh(client: QueryClient, ids: string[]) {
  if (ids.length > MANY) {
    looks += 1
    for (const id of ids) looked.set(id, looks)
    await askAnew(client, { queryKey: keys.stores.all })
    return
  }
  const outcomes = await Promise.all(ids.map((id) => refreshOne(client, id)))
  // The queries ask again where a single look does not, and say so where that does not help either.
  if (outcomes.includes("failed")) await askAnew(client, { queryKey: keys.stores.all })
  else if (outcomes.includes("unlisted")) await askAnew(client, { queryKey: keys.stores.list })
}

/** Counts the looks at single stores, in the order in which they were begun. */
let looks = 0
/** The look that each store is shown as of: answers overtake each other, and an older one must not come back over it. */
const looked = new Map<string, number>()

async function refreshOne(client: QueryClient, id: string): Promise<"shown" | "unlisted" | "failed"> {
  looks += 1
  const look = looks
  let fresh: Store
  try {
    fresh = await storeGet(id)
  } catch {
    return "failed"
  }
  if (look < (looked.get(id) ?? 0)) return "shown"
  looked.set(id, look)
  const listed = storePut(client, fresh)
  void askAnew(client, {
    predicate: ({ queryKey: [scope, part, store], state }) => {
      if (scope !== "stores" || (store !== id && store !== fresh.name)) return false
      // An answer that is under way may be older than this one, and would take its place.
      return part === "events" || (part === "detail" && state.fetchStatus === "fetching")
    },
  })
  return listed ? "shown" : "unlisted"
}
