/** To the page's content: for when what had the focus goes away, and nothing stands where it was. */
export function mainFocus() {
  document.getElementById("main")?.focus({ preventScroll: true })
}

/** As the `ref` of what goes away by being pressed: the focus is not left to fall to the page's beginning. */
export function focusKept(element: HTMLElement | null) {
  return () => {
    if (element && document.activeElement === element) mainFocus()
  }
}
