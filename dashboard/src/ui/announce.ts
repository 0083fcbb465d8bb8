let region: HTMLElement | undefined

/** Reads `words` out where nothing on the screen says them by itself. */
export function announce(words: string) {
  if (!region) {
    region = document.createElement("div")
    region.setAttribute("role", "status")
    region.className = "sr-only"
    document.body.append(region)
  }
  region.textContent = words
}
