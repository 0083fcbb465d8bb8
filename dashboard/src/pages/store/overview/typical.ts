import type { EngineView, EventView, Stage, StepView } from "~/api/types"
import { duration } from "~/util/time"

/** These three begin together, when the installation was taken; the longest of them is what one waits for. */
const TOGETHER = new Set<Stage>(["database", "application", "route"])

/** How long a step took in the middle of this platform's last stores. */
export function typicalOf(engine: EngineView | undefined, step: Stage): number | undefined {
  return engine?.typicalSeconds?.find((typical) => typical.step === step)?.seconds
}

/** From the first step to the last; nothing where the platform has no past yet. */
export function typicalTotal(engine: EngineView | undefined): number | undefined {
  const typical = engine?.typicalSeconds ?? []
  if (typical.length === 0) return undefined
  let one = 0
  let together = 0
  for (const { step, seconds } of typical) {
    if (TOGETHER.has(step)) together = Math.max(together, seconds)
    else one += seconds
  }
  return one + together
}

/** Seconds to wait are a promise: in words that are as vague as they must be. */
export function roughly(seconds: number): string {
  if (seconds < 5) return "a few seconds"
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds`
  if (seconds < 90) return "about a minute"
  return `about ${Math.round(seconds / 60)} minutes`
}

/** When the present try began: a step that was under way when the last one failed kept its first beginning. */
export function beganAt(events: EventView[] | undefined, createdAt: string): number {
  const asked = events?.findLast(({ kind, phase }) => kind === "phase" && phase === "requested")
  return new Date(asked?.at ?? createdAt).getTime()
}

/** How long a step takes or took, within the present try; nothing where it has not begun. */
export function stepSeconds({ startedAt, endedAt }: StepView, began: number, now: number): number | undefined {
  if (!startedAt) return undefined
  const end = endedAt ? new Date(endedAt).getTime() : now
  const start = new Date(startedAt).getTime()
  // A step of an earlier try, done by then, keeps its own time.
  return Math.max(0, end - (end > began ? Math.max(start, began) : start)) / 1000
}

export const stepDuration = (seconds: number) => (seconds < 0.05 ? "at once" : duration(seconds))
