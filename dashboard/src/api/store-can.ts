import type { Phase, Session, Store } from "./types"

/** Allowed, or why not, in words for the button that is then disabled. */
export type Permission = { allowed: true } | { allowed: false; why: string }

const YES: Permission = { allowed: true }
const no = (why: string): Permission => ({ allowed: false, why })

interface Rule {
  /** Viewers look; what changes something, or shows what is secret, is for administrators. */
  adminOnly: boolean
  /** Exhaustive: a phase that the API gains does not build until each action has an answer for it. */
  phases: Record<Phase, Permission>
}

export type StoreAction = "open" | "logIn" | "retry" | "delete" | "reveal" | "logs"

const ADMIN_ONLY = "Your role is viewer; an administrator can do this."
const NOT_YET = no("The store is not ready yet.")
const STOPPED = no("The store has failed; see the reason.")
const GOING = no("The store is being deleted.")
const GONE = no("The store is deleted.")
const NOT_FAILED = no("Only a store that has failed can be tried again.")

/** What somebody may do with a store: the one table that buttons, menus and the palette ask. */
const RULES: Record<StoreAction, Rule> = {
  open: {
    adminOnly: false,
    phases: {
      requested: NOT_YET,
      provisioning: NOT_YET,
      proving: NOT_YET,
      ready: YES,
      failed: STOPPED,
      deleting: GOING,
      deleted: GONE,
    },
  },
  logIn: {
    adminOnly: true,
    phases: {
      requested: NOT_YET,
      provisioning: NOT_YET,
      proving: NOT_YET,
      ready: YES,
      failed: STOPPED,
      deleting: GOING,
      deleted: GONE,
    },
  },
  retry: {
    adminOnly: true,
    phases: {
      requested: NOT_FAILED,
      provisioning: NOT_FAILED,
      proving: NOT_FAILED,
      ready: NOT_FAILED,
      failed: YES,
      deleting: GOING,
      deleted: GONE,
    },
  },
  delete: {
    adminOnly: true,
    phases: {
      requested: YES,
      provisioning: YES,
      proving: YES,
      ready: YES,
      failed: YES,
      deleting: no("The store is already being deleted."),
      deleted: GONE,
    },
  },
  reveal: {
    adminOnly: true,
    phases: {
      requested: no("Its passwords are not made yet."),
      provisioning: YES,
      proving: YES,
      ready: YES,
      failed: YES,
      deleting: no("The store is being deleted, and its passwords with it."),
      deleted: no("The store is deleted, and its passwords with it."),
    },
  },
  logs: {
    adminOnly: true,
    phases: {
      requested: no("Nothing of the store runs yet."),
      provisioning: YES,
      proving: YES,
      ready: YES,
      failed: YES,
      deleting: YES,
      deleted: no("The store is deleted, and its logs with it."),
    },
  },
}

type Ask = (store: Pick<Store, "phase">, session: Pick<Session, "role">) => Permission

const ask =
  (action: StoreAction): Ask =>
  ({ phase }, { role }) => {
    const { adminOnly, phases } = RULES[action]
    return adminOnly && role !== "admin" ? no(ADMIN_ONLY) : phases[phase]
  }

export const storeCan: Record<StoreAction, Ask> = {
  open: ask("open"),
  logIn: ask("logIn"),
  retry: ask("retry"),
  delete: ask("delete"),
  reveal: ask("reveal"),
  logs: ask("logs"),
}

/** For a button's `disabledReason`. */
export const whyNot = (permission: Permission) => (permission.allowed ? undefined : permission.why)

export function mayCreate({ role }: Pick<Session, "role">): Permission {
  return role === "admin" ? YES : no(ADMIN_ONLY)
}
