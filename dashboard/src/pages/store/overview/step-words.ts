import type { Stage } from "~/api/types"

interface StepTold {
  title: string
  /** While it runs, and for somebody who has never heard of Kubernetes. */
  meaning: string
}

/** Exhaustive: a step that the API gains does not build until it has its words here. */
export const STEPS: Record<Stage, StepTold> = {
  namespace: { title: "A place of its own", meaning: "Walled off from every other store." },
  credentials: { title: "Passwords and keys", meaning: "Made for this store alone, and kept with it." },
  release: { title: "Installation", meaning: "Everything the shop needs is ordered at once." },
  database: { title: "Database", meaning: "Where products, customers and orders are kept." },
  application: { title: "Shop", meaning: "The shop starts and sets itself up." },
  route: { title: "Address", meaning: "The shop gets its address and its certificate." },
  proof: { title: "Test order", meaning: "A test customer buys something; then the order is removed again." },
}
