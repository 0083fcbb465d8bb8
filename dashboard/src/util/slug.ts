/** What the API takes as a store's name. */
export const SLUG_LEAST = 3
const SLUG_MOST = 30

/** What people type, as the first part of a web address: `Café Zoë & Söhne` is `cafe-zoe-sohne`. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, SLUG_MOST)
    .replace(/-+$/, "")
}
