import { ENGINES } from "~/api/engine"
import { PHASES } from "~/api/phase"
import type { Phase, Store } from "~/api/types"
import type { Sort, StoresSearch } from "./search"

/** What needs a person stands first. */
const URGENCY: Record<Phase, number> = {
  failed: 0,
  deleting: 1,
  requested: 2,
  provisioning: 3,
  proving: 4,
  ready: 5,
  deleted: 6,
}

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

/** Ascending; age ascending is the youngest first. */
const COMPARE: Record<Sort, (a: Store, b: Store) => number> = {
  name: (a, b) => words.compare(a.name, b.name),
  phase: (a, b) => URGENCY[a.phase] - URGENCY[b.phase],
  engine: (a, b) => words.compare(ENGINES[a.engine].title, ENGINES[b.engine].title),
  owner: (a, b) => words.compare(a.createdBy, b.createdBy),
  age: (a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt),
}

export function storesShown(stores: Store[], search: StoresSearch): Store[] {
  const { sort = "age", dir = "asc" } = search
  const sign = dir === "asc" ? 1 : -1
  return storesFound(stores, search).toSorted((a, b) => sign * COMPARE[sort](a, b) || COMPARE.name(a, b))
}

/** Every word of the search must stand somewhere. */
function storesFound(stores: Store[], { q = "", phase, engine }: StoresSearch): Store[] {
  const wanted = q.toLowerCase().split(/\s+/).filter(Boolean)
  return stores.filter((store) => {
    if (phase && store.phase !== phase) return false
    if (engine && store.engine !== engine) return false
    const text =
      `${store.name} ${store.title} ${store.host} ${store.createdBy} ${PHASES[store.phase].label}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
