// What a browser fetches before the list of stores can be shown: the page, its scripts and styles, and those of the
// list, which the entry asks for. Fails above the budget. Fonts come beside it and hold nothing up; they are told too.
import { readFileSync, statSync } from "node:fs"
import { gzipSync } from "node:zlib"

const BUDGET = 150_000
const FIRST = ["index.html", "src/pages/stores/StoresPage.tsx"]
const DIST = new URL(process.env.DIST ?? "../dist/", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"))

const files = new Set(["index.html", "theme.js", "whole.js"])
const fonts = new Set()
for (const name of FIRST) {
  if (!manifest[name]) throw new Error(`the build has no ${name}`)
  gather(name)
}

const sizes = [...files].map((file) => [file, gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length])
sizes.sort((a, b) => b[1] - a[1])
for (const [file, size] of sizes) console.log(`${String(size).padStart(8)} ${file}`)
const total = sizes.reduce((sum, [, size]) => sum + size, 0)
const latin = [...fonts]
  .filter((file) => /latin-wght/.test(file))
  .reduce((sum, file) => sum + statSync(new URL(file, DIST)).size, 0)
console.log(`${String(total).padStart(8)} first load, gzip, of ${BUDGET}; fonts for Latin text: ${latin}`)
if (total > BUDGET) process.exitCode = 1

function gather(name) {
  const chunk = manifest[name]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const style of chunk.css ?? []) files.add(style)
  for (const asset of chunk.assets ?? []) fonts.add(asset)
  for (const next of chunk.imports ?? []) gather(next)
}
