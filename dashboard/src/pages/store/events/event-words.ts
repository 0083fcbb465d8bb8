import type { Tone } from "~/api/phase"
import type { EventView, Phase, StepView } from "~/api/types"
import { STEPS } from "../overview/step-words"

export interface EventTold {
  title: string
  tone: Tone
  /** More, where there is more to say. */
  detail?: string
}

/** Exhaustive: what it means that a store came into a phase. */
const PHASE_TOLD: Record<Phase, EventTold> = {
  requested: { title: "Asked for", tone: "idle" },
  provisioning: { title: "Work began", tone: "busy" },
  proving: { title: "Everything runs; a test order is placed", tone: "busy" },
  ready: { title: "Ready: the test order went through", tone: "good" },
  failed: { title: "Failed", tone: "bad" },
  deleting: { title: "Deletion began", tone: "warn" },
  deleted: { title: "Deleted", tone: "idle" },
}

const STATE_TOLD: Record<StepView["state"], { word: string; tone: Tone }> = {
  waiting: { word: "waits", tone: "idle" },
  running: { word: "under way", tone: "busy" },
  done: { word: "done", tone: "good" },
  failed: { word: "failed", tone: "bad" },
}

/** An event in plain words. Of a kind that a newer server knows, the server's own words are taken. */
export function eventTell(event: EventView): EventTold {
  if (event.kind === "phase") return phaseTell(event)
  if (event.kind === "stage" && event.step && event.state) {
    const { word, tone } = STATE_TOLD[event.state]
    return { title: `${STEPS[event.step].title}: ${word}`, tone, detail: detailOf(event) }
  }
  if (event.kind === "attempt") return { title: "A try did not get through", tone: "warn", detail: detailOf(event) }
  const shown = /^credentials: shown to (.+)$/.exec(event.message)
  if (shown) return { title: `Passwords and keys were shown to ${shown[1]}`, tone: "idle" }
  const link = /^log-in link: made for (.+)$/.exec(event.message)
  if (link) return { title: `A link into the shop's admin was made for ${link[1]}`, tone: "idle" }
  return { title: sentence(event.message), tone: "idle" }
}

function phaseTell(event: EventView): EventTold {
  const told = PHASE_TOLD[event.phase]
  const { reason } = event
  if (!reason) return { ...told, detail: detailOf(event) }
  return { ...told, title: reason.message, tone: event.phase === "failed" ? "bad" : "warn", detail: reason.detail }
}

/** Steps under way and waiting are the noise between what came of them. */
export function isMilestone({ kind, state }: EventView): boolean {
  return kind !== "stage" || state === "done" || state === "failed"
}

/** The message is `<what>: <detail>`; what stands before the colon is told by us. */
function detailOf({ message }: EventView): string | undefined {
  const colon = message.indexOf(": ")
  return colon < 0 ? undefined : message.slice(colon + 2)
}

const sentence = (words: string) => words.slice(0, 1).toUpperCase() + words.slice(1)
