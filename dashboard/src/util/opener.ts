/** Whether something that is loaded when it is first wanted is open. */
export type Opened = "never" | "open" | "closed"

export function opener() {
  const listeners = new Set<() => void>()
  let state: Opened = "never"
  return {
    get: () => state,
    set: (open: boolean) => {
      state = open ? "open" : "closed"
      for (const listener of listeners) listener()
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
