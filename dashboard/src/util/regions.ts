/** Codes that name no country one could sell from: unions, and what is kept for private use and for tests. */
const NOT_COUNTRIES = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"])
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

export interface Choice {
  code: string
  name: string
}

/** Every country that the browser can name; it has no list of them, so it is asked for each pair of letters. */
export function countries(): Choice[] {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" })
  const found: Choice[] = []
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      const code = first + second
      const name = names.of(code)
      // A code that was replaced by another would be there twice.
      const current = new Intl.Locale(`und-${code}`).maximize().region === code
      if (name && current && !NOT_COUNTRIES.has(code)) found.push({ code, name })
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, "en"))
}

export function currencies(): Choice[] {
  const names = new Intl.DisplayNames("en", { type: "currency" })
  return Intl.supportedValuesOf("currency").map((code) => ({ code, name: names.of(code) ?? code }))
}
