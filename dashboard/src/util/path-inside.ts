/** A path of this application, or nothing: an address that came in a link must not lead to another site. */
export function pathInside(value: unknown): string | undefined {
  if (typeof value !== "string" || !value.startsWith("/")) return undefined
  try {
    const base = "http://inside.invalid"
    const url = new URL(value, base)
    return url.origin === base ? url.pathname + url.search + url.hash : undefined
  } catch {
    return undefined
  }
}
