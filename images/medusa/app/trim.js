// Leaves in node_modules what the server reads: what is reachable from it by dependencies, but for those that serve
// only to build the admin UI, which is built already. The image's check then starts the server and buys with the rest.
const { existsSync, readFileSync, readdirSync, rmSync } = require("node:fs")
const { dirname, join } = require("node:path")

const ROOT = join(__dirname, "node_modules")
/** The server, and what its optional parts load by name. */
const ROOTS = ["@medusajs/medusa", "@medusajs/framework", "@medusajs/cli", "ioredis", "pg", "scrypt-kdf", "ulid"]
/** Package -> what of its dependencies the server never loads. */
const BUILD_ONLY = {
  "@medusajs/admin-bundler": [
    "@medusajs/admin-vite-plugin",
    "@medusajs/dashboard",
    "@vitejs/plugin-react",
    "autoprefixer",
    "postcss",
    "tailwindcss",
    "vite",
  ],
  // Its pages are in the built admin; its server part asks for nothing.
  "@medusajs/draft-order": "all",
  // Commands for developers, on the terminal.
  "@medusajs/cli": ["@inquirer/checkbox", "@inquirer/input", "@inquirer/confirm"],
}
/** Declared as peers for the sake of types, of bundlers, or of tools for developers. */
const NEVER_PEERS = /^(react|react-dom|vite|typescript|@types\/.*|@swc\/.*|yalc)$/
const NOT_READ = /(\.map|\.d\.ts|\.d\.mts|\.d\.cts|\.md|\.markdown|\.flow|\.tsbuildinfo|\.ts)$/i
const LICENCE = /^(licen[cs]e|notice|copying)/i

/** As Node looks a package up: beside the asker, then outwards. */
function resolve(name, from) {
  for (let at = from; at.startsWith(dirname(ROOT)); at = dirname(at)) {
    const found = join(at, "node_modules", name)
    if (existsSync(join(found, "package.json"))) return found
  }
  return undefined
}

function reachable() {
  const kept = new Set()
  const waiting = ROOTS.map((name) => resolve(name, __dirname))
  while (waiting.length > 0) {
    const at = waiting.pop()
    if (!at || kept.has(at)) continue
    kept.add(at)
    const { name, dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"))
    const cut = BUILD_ONLY[name] ?? []
    const wanted = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    const peers = new Set(Object.keys(peerDependencies ?? {}))
    for (const each of wanted) {
      if (cut === "all" || cut.includes(each) || each.startsWith("@types/")) continue
      if (peers.has(each) && NEVER_PEERS.test(each)) continue
      waiting.push(resolve(each, at))
    }
  }
  return kept
}

function* packages(modules) {
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue
    const at = join(modules, entry.name)
    if (entry.name.startsWith("@")) yield* packages(at)
    else if (existsSync(join(at, "package.json"))) yield at
  }
}

function prune(modules, kept) {
  for (const at of [...packages(modules)]) {
    if (!kept.has(at)) rmSync(at, { recursive: true })
    else if (existsSync(join(at, "node_modules"))) prune(join(at, "node_modules"), kept)
  }
}

function shrink(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const at = join(directory, entry.name)
    if (entry.isDirectory()) shrink(at)
    else if (NOT_READ.test(entry.name) && !LICENCE.test(entry.name)) rmSync(at)
  }
}

const kept = reachable()
prune(ROOT, kept)
shrink(ROOT)
console.log(`kept ${kept.size} packages`)
