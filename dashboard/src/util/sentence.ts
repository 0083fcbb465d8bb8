/** The platform's words are parts of lines in its log; on a page they begin large and end with a full stop. */
export function sentence(words: string): string {
  const text = words.trim()
  if (text === "") return ""
  return text.slice(0, 1).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".")
}
