/** What a shortcut does; the words are the help's, and docs/dashboard.md has the same table. */
export type ShortcutAction =
  | "palette"
  | "help"
  | "search"
  | "stores"
  | "create"
  | "settings"
  | "tab-1"
  | "tab-2"
  | "tab-3"
  | "tab-4"
  | "tab-5"

export interface Shortcut {
  action: ShortcutAction
  /** Pressed one after the other; `Mod` is Ctrl, on a Mac ⌘, held with what follows. */
  keys: string[]
  what: string
  where: "Everywhere" | "On a store's page"
}

export const SHORTCUTS: Shortcut[] = [
  { action: "palette", keys: ["Mod", "K"], what: "Search, and jump to anything", where: "Everywhere" },
  { action: "help", keys: ["?"], what: "Show the keyboard shortcuts", where: "Everywhere" },
  {
    action: "search",
    keys: ["/"],
    what: "Search the list or the log; elsewhere the list of stores",
    where: "Everywhere",
  },
  { action: "stores", keys: ["g", "s"], what: "Go to your stores", where: "Everywhere" },
  { action: "settings", keys: ["g", "a"], what: "Go to your account", where: "Everywhere" },
  { action: "create", keys: ["c"], what: "Create a store", where: "Everywhere" },
  { action: "tab-1", keys: ["1"], what: "Overview", where: "On a store's page" },
  { action: "tab-2", keys: ["2"], what: "Credentials", where: "On a store's page" },
  { action: "tab-3", keys: ["3"], what: "Events", where: "On a store's page" },
  { action: "tab-4", keys: ["4"], what: "Logs", where: "On a store's page" },
  { action: "tab-5", keys: ["5"], what: "Usage", where: "On a store's page" },
]

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform)

/** As it stands on the reader's keyboard. */
export const keyLabel = (key: string) => (key === "Mod" ? (MAC ? "⌘" : "Ctrl") : key)
