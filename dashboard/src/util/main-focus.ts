/** To the page's content: for when what had the focus goes away, and nothing stands where it was. */
export function mainFocus() {
  document.getElementById("main")?.focus({ preventScroll: true })
}
