import { SHORTCUTS, type ShortcutAction } from "./shortcuts"

/** How long the second key of two is waited for. */
const SECOND_KEY_MS = 1_200

export type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat" | "isComposing">

/** Takes keys one by one; gives the action that they make. `single`: whether keys without Ctrl or ⌘ count. */
export function keyReader(now: () => number) {
  let first: { key: string; at: number } | undefined
  return (event: Key, single: boolean): ShortcutAction | undefined => {
    if (event.isComposing) return undefined
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      first = undefined
      return event.key.toLowerCase() === "k" ? "palette" : undefined
    }
    if (!single || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return undefined
    const before = first && now() - first.at < SECOND_KEY_MS ? first.key : undefined
    first = undefined
    const pressed = before === undefined ? [event.key] : [before, event.key]
    const found = SHORTCUTS.find(({ keys }) => keys.join(" ") === pressed.join(" "))
    if (found) return found.action
    if (SHORTCUTS.some(({ keys }) => keys.length === 2 && keys[0] === event.key)) first = { key: event.key, at: now() }
    return undefined
  }
}

/** Typing is typing: keys in a field, a menu or a dialog are not ours. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  const field =
    "input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu], [role=listbox], [role=combobox]"
  return target.closest(field) !== null || dialogIsOpen()
}

/** One that is on its way out is not open any more, and a passing word (`Toast`) takes no keys. */
export const dialogIsOpen = () =>
  document.querySelector(':is([role=dialog], [role=alertdialog]):not([data-closed], [aria-modal="false"])') !== null
