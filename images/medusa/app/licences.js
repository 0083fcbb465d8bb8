// Every package that goes into the image may be redistributed in it: its licence is on this list, or it is named here
// with the reason. Run by the image's build after trimming; a new package with another licence stops it.
const { readFileSync, readdirSync } = require("node:fs")
const { join } = require("node:path")

const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "(MIT OR CC0-1.0)",
])
/** Their package.json names none. */
const UNDECLARED = {
  "@medusajs/admin-bundler": "2.18.0, part of github.com/medusajs/medusa, whose LICENSE is MIT at this version",
  "@medusajs/admin-shared": "2.18.0, part of github.com/medusajs/medusa, whose LICENSE is MIT at this version",
  "connect-dynamodb": "3.0.5, its LICENSE file is MIT",
}

function* manifests(directory, below) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const at = join(directory, entry.name)
    if (entry.isDirectory()) yield* manifests(at, /(^|\/)node_modules(\/@[^/]+)?$/.test(directory))
    else if (entry.name === "package.json" && below) yield at
  }
}

/** npm's older forms are an object or a list of objects with a type. */
function licences({ license, licenses }) {
  const stated = license ?? licenses ?? []
  return [stated].flat().map((each) => each.type ?? each)
}

function refused() {
  const refused = []
  for (const file of manifests(join(__dirname, "node_modules"), false)) {
    const manifest = JSON.parse(readFileSync(file, "utf8"))
    if (!manifest.name || !manifest.version) continue
    const stated = licences(manifest)
    const named = UNDECLARED[manifest.name]?.startsWith(`${manifest.version},`)
    const allowed = stated.length > 0 ? stated.every((each) => ALLOWED.has(each)) : named
    if (!allowed) refused.push(`${manifest.name} ${manifest.version}: ${stated.join(", ") || "no licence is named"}`)
  }
  return refused
}

const found = refused()
if (found.length > 0) {
  console.error(`medusa image: licences that are not on the list (docs/decisions/014-medusa.md):\n  ${found.join("\n  ")}`)
  process.exit(1)
}
