import { ENGINES } from "~/api/engine"
import { PHASES } from "~/api/phase"
import type { Engine, Phase } from "~/api/types"

export const SORTS = ["name", "phase", "engine", "owner", "age"] as const
export type Sort = (typeof SORTS)[number]

/** All that the list shows is in the address: a link, a reload and the back button show the same. */
export interface StoresSearch {
  q?: string
  phase?: Phase
  engine?: Engine
  sort?: Sort
  dir?: "asc" | "desc"
  /** The first row on the screen. */
  row?: number
}

const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "")

/**
 * What does not make sense is left out, not refused: addresses are typed and cut. Left out by name, for the router
 * keeps what it is not told to forget.
 */
export function storesSearch(search: Record<string, unknown>): StoresSearch {
  const { q, phase, engine, sort, dir, row } = search
  return {
    q: text(q) || undefined,
    phase: Object.hasOwn(PHASES, text(phase)) ? (phase as Phase) : undefined,
    engine: Object.hasOwn(ENGINES, text(engine)) ? (engine as Engine) : undefined,
    sort: SORTS.includes(sort as Sort) ? (sort as Sort) : undefined,
    dir: dir === "asc" || dir === "desc" ? dir : undefined,
    row: typeof row === "number" && row > 0 ? Math.floor(row) : undefined,
  }
}
