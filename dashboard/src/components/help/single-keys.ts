import { useSyncExternalStore } from "react"

/**
 * Whether single keys do something. WCAG 2.1.4: whoever dictates, or hits keys by accident, must be able to turn them
 * off. Kept in this browser.
 */
const KEY = "single-keys"
const listeners = new Set<() => void>()
let on = read()

export const singleKeysGet = () => on

export function singleKeysSet(next: boolean) {
  on = next
  try {
    if (next) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, "off")
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore(subscribe, singleKeysGet)
}

function read(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off"
  } catch {
    return true
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
