import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { slug } from "~/util/slug"

const api = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8"))
const wanted = new RegExp(api.components.schemas.CreateStore.properties.name.pattern)

test.each([
  ["Café Zoë & Söhne", "cafe-zoe-sohne"],
  ["  Straße 7  ", "strasse-7"],
  ["3 cups", "cups"],
  ["ACME", "acme"],
  ["a--b__c", "a-b-c"],
  ["The one and only shop of the whole wide world", "the-one-and-only-shop-of-the-w"],
])("%s becomes %s, which the API takes", (typed, expected) => {
  expect(slug(typed)).toBe(expected)
  expect(slug(typed)).toMatch(wanted)
})

test.each(["", "東京", "---", "!", "12"])("%s makes no name", (typed) => {
  expect(slug(typed)).toBe("")
})
