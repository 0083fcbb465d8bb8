import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { type Key, keyReader } from "~/components/help/key-reader"
import { SHORTCUTS } from "~/components/help/shortcuts"

const DOCUMENT = readFileSync(new URL("../../../docs/dashboard.md", import.meta.url), "utf8")

test("docs/dashboard.md has the application's own table of shortcuts", () => {
  const table = DOCUMENT.split("| keys | what | where |\n|---|---|---|\n")[1]?.split("\n\n")[0]
  const words = (key: string) => `\`${key === "Mod" ? "Ctrl" : key}\``
  const rows = SHORTCUTS.map(({ keys, what, where }) => {
    const pressed = keys.map((key) =>
      keys[0] === "Mod" ? words(key).toUpperCase().replace("CTRL", "Ctrl") : words(key),
    )
    return `| ${pressed.join(" ")} | ${what} | ${where} |`
  })
  expect(table).toBe(rows.join("\n"))
})

const key = (name: string, held: Partial<Key> = {}): Key => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
  ...held,
})

test("each shortcut is reached by its keys, and no two by the same", () => {
  for (const { action, keys } of SHORTCUTS) {
    const read = keyReader(() => 0)
    const pressed = keys[0] === "Mod" ? [key("k", { ctrlKey: true })] : keys.map((name) => key(name))
    const made = pressed.map((event) => read(event, true))
    expect(made.at(-1), keys.join(" ")).toBe(action)
    expect(made.slice(0, -1).every((action) => action === undefined)).toBe(true)
  }
})

test("the second key of two is waited for only so long, and another key ends the wait", () => {
  let now = 0
  const read = keyReader(() => now)
  read(key("g"), true)
  now = 5_000
  expect(read(key("s"), true)).toBeUndefined()
  read(key("g"), true)
  expect(read(key("c"), true)).toBeUndefined()
  expect(read(key("s"), true)).toBeUndefined()
  expect(read(key("c"), true)).toBe("create")
})

test("what the browser or the keyboard's own way of writing means is left to them", () => {
  const read = keyReader(() => 0)
  expect(read(key("c", { ctrlKey: true }), true)).toBeUndefined()
  expect(read(key("c", { altKey: true }), true)).toBeUndefined()
  expect(read(key("c", { repeat: true }), true)).toBeUndefined()
  expect(read(key("c", { isComposing: true }), true)).toBeUndefined()
})

test("turned off, only Ctrl or ⌘ with K is left", () => {
  const read = keyReader(() => 0)
  for (const { keys } of SHORTCUTS) for (const name of keys) expect(read(key(name), false)).toBeUndefined()
  expect(read(key("K", { metaKey: true }), false)).toBe("palette")
})
