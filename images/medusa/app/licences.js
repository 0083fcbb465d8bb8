// Every package that goes into the image may be redistributed in it: its licence is on the list of licences.json, or it
// is named there with the reason. Run by the image's build after trimming; a new package with another licence stops it.
// `cargo xtask images` and the tests hold the lock file against the same list.
const { readFileSync, readdirSync } = require("node:fs")
const { join } = require("node:path")
const { allowed, named } = require("./licences.json")

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
    const fits = stated.length > 0 ? stated.every((each) => allowed.includes(each)) : `${manifest.name} ${manifest.version}` in named
    if (!fits) refused.push(`${manifest.name} ${manifest.version}: ${stated.join(", ") || "no licence is named"}`)
  }
  return refused
}

const found = refused()
if (found.length > 0) {
  console.error(`medusa image: licences that are not on the list (docs/decisions/014-medusa.md):\n  ${found.join("\n  ")}`)
  process.exit(1)
}
