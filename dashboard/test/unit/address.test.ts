import { expect, test } from "vitest"
import { pathInside } from "~/util/path-inside"

test.each(["/", "/stores/cups?tab=logs#end", "/new"])("%s is a path of the dashboard", (path) => {
  expect(pathInside(path)).toBe(path)
})

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
  "",
  7,
  null,
  undefined,
])("%s is none", (value) => {
  expect(pathInside(value)).toBeUndefined()
})
