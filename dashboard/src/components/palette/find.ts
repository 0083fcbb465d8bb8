/** How well a text answers what was typed: 0 is not at all. Each word typed must be somewhere in it. */
export function score(typed: string, ...texts: (string | undefined)[]): number {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  let total = 1
  for (const word of words) {
    const best = Math.max(...texts.map((text, place) => scoreWord(word, text?.toLowerCase() ?? "") / (place + 1)))
    if (best === 0) return 0
    total += best
  }
  return total
}

/** The best first; where two are as good, as they came. */
export function best<T>(items: T[], scoreOf: (item: T) => number): T[] {
  return items
    .map((item) => ({ item, score: scoreOf(item) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

function scoreWord(word: string, text: string): number {
  if (text === word) return 8
  if (text.startsWith(word)) return 4
  const at = text.indexOf(word)
  if (at < 0) return 0
  return /[\s:./-]/.test(text[at - 1] ?? "") ? 2 : 1
}
