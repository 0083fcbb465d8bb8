/** Long enough not to flicker under a moving pointer. */
const DELAY_MS = 400
const GAP = 6
const ID = "tooltip"

let target: HTMLElement | undefined
/** Under the pointer, but not for long enough yet. */
let next: HTMLElement | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Shows the words of the `data-tooltip` under the pointer or the focus. WCAG 1.4.13: Escape hides it, the pointer may
 * go onto it, and it stays until the pointer or the focus leaves. A popover is above dialogs too.
 */
export function tooltipHost() {
  const tip = document.createElement("div")
  tip.id = ID
  tip.role = "tooltip"
  tip.popover = "manual"
  tip.className = "popup m-0 max-w-64 px-2 py-1 text-xs fixed"
  document.body.append(tip)

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return
    const over = owner(event.target)
    if (over === (next ?? target) || tip.contains(event.target as Node)) return
    hide(tip)
    next = over
    if (over) timer = setTimeout(() => show(tip, over), DELAY_MS)
  })
  document.addEventListener("focusin", (event) => {
    const over = owner(event.target)
    hide(tip)
    if (over?.matches(":focus-visible")) show(tip, over)
  })
  document.addEventListener("focusout", () => hide(tip))
  document.addEventListener("pointerdown", () => hide(tip))
  // What has the focus may have scrolled to where it is seen: the words go with it.
  const scrolled = () => (target?.matches(":focus-visible") ? place(tip, target) : hide(tip))
  addEventListener("scroll", scrolled, { capture: true, passive: true })
  // Other words while they are shown, or none: what was in the way has passed.
  const said = () => {
    const over = target
    if (!over || over.dataset.tooltip === tip.textContent) return
    hide(tip)
    if (over.dataset.tooltip) show(tip, over)
  }
  new MutationObserver(said).observe(document.body, { subtree: true, attributeFilter: ["data-tooltip"] })
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide(tip))
}

function owner(node: EventTarget | null): HTMLElement | undefined {
  return node instanceof Element ? (node.closest<HTMLElement>("[data-tooltip]") ?? undefined) : undefined
}

function show(tip: HTMLElement, over: HTMLElement) {
  next = undefined
  if (!over.isConnected) return
  target = over
  const words = over.dataset.tooltip ?? ""
  tip.textContent = words
  // Where the element is, so that it belongs to the same landmark, and to the dialog that makes all else inert.
  const home = over.closest("dialog, [role=dialog], main, header") ?? document.body
  if (tip.parentNode !== home) home.append(tip)
  // Its name is read already; the same words again would be noise.
  if (over.getAttribute("aria-label") !== words) over.setAttribute("aria-describedby", described(over, true))
  tip.showPopover()
  place(tip, over)
}

function place(tip: HTMLElement, over: HTMLElement) {
  const at = over.getBoundingClientRect()
  const size = tip.getBoundingClientRect()
  const below = at.bottom + GAP + size.height <= innerHeight
  const left = at.left + at.width / 2 - size.width / 2
  tip.style.left = `${Math.max(GAP, Math.min(left, innerWidth - size.width - GAP))}px`
  tip.style.top = `${below ? at.bottom + GAP : at.top - GAP - size.height}px`
}

function hide(tip: HTMLElement) {
  clearTimeout(timer)
  next = undefined
  if (!target) return
  const rest = described(target, false)
  if (rest) target.setAttribute("aria-describedby", rest)
  else target.removeAttribute("aria-describedby")
  target = undefined
  tip.hidePopover()
}

/** The ids that describe the element, with the tooltip's or without; a field's own stay. */
function described(element: HTMLElement, withTip: boolean): string {
  const ids = (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((id) => id && id !== ID)
  return (withTip ? [...ids, ID] : ids).join(" ")
}
