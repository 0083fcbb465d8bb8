import type { Engine, Plan } from "./types"

/** Exhaustive, as its makers write it: an engine that the API gains does not build until it has its words here. */
export const ENGINES: Record<Engine, { title: string; for: string }> = {
  woocommerce: {
    title: "WooCommerce",
    for: "The most used shop there is: WordPress, themes, and an extension for everything.",
  },
  medusa: { title: "Medusa", for: "Quick and modern: a storefront of its own, and an API for developers to build on." },
}

export const PLANS: Record<Plan, { title: string; for: string }> = {
  small: { title: "Small", for: "To start with, and to try things out" },
  medium: { title: "Medium", for: "For a shop with regular customers" },
  large: { title: "Large", for: "For many products and busy days" },
}

export const ENGINE_ORDER = Object.keys(ENGINES) as Engine[]
export const PLAN_ORDER = Object.keys(PLANS) as Plan[]
