import type { Role } from "~/api/types"

/** Exhaustive: a role that the API gains does not build until it has its words here. */
export const ROLES: Record<Role, { title: string; may: string }> = {
  viewer: { title: "Viewer", may: "Look" },
  admin: { title: "Administrator", may: "Do everything" },
}

/** From little to much, as the API orders them. */
const ORDER = Object.keys(ROLES) as Role[]

export function rolesUpTo(role: Role): Role[] {
  return ORDER.slice(0, ORDER.indexOf(role) + 1)
}
