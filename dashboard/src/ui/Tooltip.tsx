import { cloneElement, type ReactElement } from "react"

/**
 * A short word about what it wraps, on hover and on focus; read out as its description. It only marks the element:
 * `tooltip-host` shows the one tooltip that there can be at a time, which keeps a thousand rows light and the first
 * load small.
 */
export function Tooltip({ text, children }: { text: string; children: ReactElement<Record<string, unknown>> }) {
  return cloneElement(children, { "data-tooltip": text })
}
