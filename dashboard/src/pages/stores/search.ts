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

/** What does not make sense is left out, not refused: addresses are typed and cut. */
export function storesSearch(search: Record<string, unknown>): StoresSearch {
  const { q, phase, engine, sort, dir, row } = search
  const found: StoresSearch = {}
  if ((typeof q === "string" && q !== "") || typeof q === "number") found.q = String(q)
  if (typeof phase === "string" && Object.hasOwn(PHASES, phase)) found.phase = phase as Phase
  if (typeof engine === "string" && Object.hasOwn(ENGINES, engine)) found.engine = engine as Engine
  if (SORTS.includes(sort as Sort)) found.sort = sort as Sort
  if (dir === "asc" || dir === "desc") found.dir = dir
  if (typeof row === "number" && row > 0) found.row = Math.floor(row)
  return found
}
