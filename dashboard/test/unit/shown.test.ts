import { expect, test } from "vitest"
import type { Store } from "~/api/types"
import { storesShown } from "~/pages/stores/shown"

function store(name: string, over: Partial<Store> = {}): Store {
  return {
    id: `s-${name}`,
    name,
    title: name,
    engine: "medusa",
    plan: "small",
    phase: "ready",
    host: `${name}.example.com`,
    url: `https://${name}.example.com`,
    adminUrl: `https://${name}.example.com/app`,
    adminEmail: "a@example.com",
    currency: "EUR",
    country: "DE",
    createdAt: "2026-11-01T00:00:00Z",
    createdBy: "ada@example.com",
    steps: [],
    attempts: 0,
    ...over,
  }
}

const names = (stores: Store[]) => stores.map(({ name }) => name)

test("names are sorted as people count", () => {
  const stores = [store("cups-10"), store("cups-9"), store("Cups-1")]
  expect(names(storesShown(stores, { sort: "name" }))).toEqual(["Cups-1", "cups-9", "cups-10"])
  expect(names(storesShown(stores, { sort: "name", dir: "desc" }))).toEqual(["cups-10", "cups-9", "Cups-1"])
})

test("by status, what needs a person stands first", () => {
  const stores = [store("a"), store("b", { phase: "proving" }), store("c", { phase: "failed" })]
  expect(names(storesShown(stores, { sort: "phase" }))).toEqual(["c", "b", "a"])
})

test("the youngest stand first where nothing is said, and names decide between equals", () => {
  const stores = [store("b"), store("a"), store("c", { createdAt: "2026-11-02T00:00:00Z" })]
  expect(names(storesShown(stores, {}))).toEqual(["c", "a", "b"])
})

test("every word must stand somewhere, in any case", () => {
  const stores = [store("cups", { title: "Blue Cups" }), store("mugs", { title: "Blue mugs", phase: "failed" })]
  expect(names(storesShown(stores, { q: "BLUE  cup" }))).toEqual(["cups"])
  expect(names(storesShown(stores, { q: "failed" }))).toEqual(["mugs"])
  expect(names(storesShown(stores, { q: "%" }))).toEqual([])
})
