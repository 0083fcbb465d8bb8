import type { CreateStore } from "~/api/types"
import { z } from "~/forms/zod"
import { SLUG_LEAST, slug } from "~/util/slug"

export const createSchema = z.object({
  label: z
    .string()
    .trim()
    .min(1, "Give the store a name")
    .max(100, "At most 100 characters")
    .refine((label) => slug(label).length >= SLUG_LEAST, `Needs ${SLUG_LEAST} letters or digits, the first a letter`),
  engine: z.enum(["woocommerce", "medusa"], "Choose what the store runs"),
  plan: z.enum(["small", "medium", "large"]),
  title: z.string().trim().max(100, "At most 100 characters"),
  adminEmail: z.union([z.literal(""), z.email("This is not an e-mail address").max(254, "At most 254 characters")]),
  currency: z.string(),
  country: z.string(),
  state: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9-]{0,6}$/, "Up to 6 letters or digits, e.g. CA"),
  sampleProducts: z.boolean(),
})
export type CreateValues = z.infer<typeof createSchema>

/** Those that the drawer holds: an error in one of them opens it. */
export const ADVANCED = ["title", "adminEmail", "currency", "country", "state"] as const

export const EMPTY: Omit<CreateValues, "engine"> & { engine?: CreateValues["engine"] } = {
  label: "",
  engine: undefined,
  plan: "small",
  title: "",
  adminEmail: "",
  currency: "",
  country: "",
  state: "",
  sampleProducts: true,
}

/** The request, without what would be the platform's default anyway. */
export function createRequest(values: Omit<CreateValues, "engine">, engine: CreateValues["engine"]): CreateStore {
  const { label, plan, title, adminEmail, currency, country, state, sampleProducts } = values
  const name = slug(label)
  // Whoever types "Cups & Mugs" wants the shop to be called that; the platform makes "Cups" of cups by itself.
  const called = title.trim() || (label.trim() === name ? "" : label.trim())
  const request: CreateStore = { name, engine, plan }
  if (called) request.title = called
  if (adminEmail) request.adminEmail = adminEmail
  if (currency) request.currency = currency
  if (country)
    request.country = engine === "woocommerce" && state ? `${country}:${state.trim().toUpperCase()}` : country
  if (!sampleProducts) request.sampleProducts = false
  return request
}
