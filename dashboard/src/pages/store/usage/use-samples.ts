import { useState } from "react"
import type { UsageView } from "~/api/runtime"

export interface Sample {
  /** Milliseconds since 1970, as charts take it. */
  at: number
  components: UsageView["components"]
}

/** An hour of measurements, one in ten seconds. */
const KEPT = 360

/**
 * What was measured while one looked: the platform keeps no history, so there is none before. Only what was measured:
 * where nothing measures, there is nothing to draw.
 */
export function useSamples(data: UsageView | undefined, at: number): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([])
  if (!data?.measured || samples.at(-1)?.at === at) return samples
  const next = [...samples, { at, components: data.components }].slice(-KEPT)
  setSamples(next)
  return next
}
