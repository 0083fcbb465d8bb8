import type { Phase } from "./types"

export type Tone = "good" | "busy" | "warn" | "bad" | "idle"

export interface PhaseTold {
  label: string
  tone: Tone
  /** What it means, for somebody who has never heard of Kubernetes. */
  meaning: string
  /** It goes on by itself: there is something to wait for. */
  moving: boolean
}

/** Exhaustive: a phase that the API gains does not build until it has its words here. */
export const PHASES: Record<Phase, PhaseTold> = {
  requested: { label: "Waiting", tone: "idle", meaning: "Noted; work starts in a moment.", moving: true },
  provisioning: { label: "Setting up", tone: "busy", meaning: "The store is being built.", moving: true },
  proving: { label: "Test order", tone: "busy", meaning: "A test customer is buying something.", moving: true },
  ready: { label: "Ready", tone: "good", meaning: "Open for business: a test order went through.", moving: false },
  failed: { label: "Failed", tone: "bad", meaning: "Something is in the way; see the reason.", moving: false },
  deleting: { label: "Deleting", tone: "warn", meaning: "The store is being taken away.", moving: true },
  deleted: { label: "Deleted", tone: "idle", meaning: "Gone, with everything of it.", moving: false },
}

/** The order in which filters name them: what needs a person first. */
export const PHASE_ORDER = Object.keys(PHASES) as Phase[]
