/** The parts of the store page, in their order. Each is a route of its own. */
export const TABS = [
  { to: "/stores/$store", label: "Overview" },
  { to: "/stores/$store/credentials", label: "Credentials" },
  { to: "/stores/$store/events", label: "Events" },
  { to: "/stores/$store/logs", label: "Logs" },
  { to: "/stores/$store/usage", label: "Usage" },
] as const
