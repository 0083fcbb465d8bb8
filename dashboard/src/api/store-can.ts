import type { Session, Store } from "./types"

/** Allowed, or why not, in words for the button that is then disabled. */
export type Permission = { allowed: true } | { allowed: false; why: string }

const YES: Permission = { allowed: true }
const no = (why: string): Permission => ({ allowed: false, why })

type Rule = (store: Pick<Store, "phase">, session: Pick<Session, "role">) => Permission

const ADMIN_ONLY = "Your role is viewer; an administrator can do this."

const asAdmin =
  (rule: (phase: Store["phase"]) => Permission): Rule =>
  ({ phase }, { role }) =>
    role === "admin" ? rule(phase) : no(ADMIN_ONLY)

const gone = (phase: Store["phase"]) => phase === "deleting" || phase === "deleted"

/** What somebody may do with a store: the one table that buttons, menus and the palette ask. */
export const storeCan = {
  delete: asAdmin((phase) => (gone(phase) ? no("The store is already being deleted.") : YES)),
  retry: asAdmin((phase) => (phase === "failed" ? YES : no("Only a store that has failed can be tried again."))),
  reveal: asAdmin((phase) => (gone(phase) ? no("Its credentials are gone.") : YES)),
  logs: asAdmin((phase) => (phase === "deleted" ? no("The store is gone, and its logs with it.") : YES)),
  logIn: asAdmin((phase) => (phase === "ready" ? YES : no("The store must be ready first."))),
  open: (({ phase }) => (phase === "ready" ? YES : no("The store is not open yet."))) as Rule,
} satisfies Record<string, Rule>

export function mayCreate({ role }: Pick<Session, "role">): Permission {
  return role === "admin" ? YES : no(ADMIN_ONLY)
}
