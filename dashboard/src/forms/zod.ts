import { z } from "zod"

// Without it zod tries `new Function`, which the CSP refuses and the console then tells.
z.config({ jitless: true })

export { z }

export const emailSchema = z.email("This is not an e-mail address").max(254, "At most 254 characters")

/** The provisioner's rule; that a password is too common is its own to say. */
export const newPasswordSchema = z.string().min(12, "At least 12 characters").max(128, "At most 128 characters")
