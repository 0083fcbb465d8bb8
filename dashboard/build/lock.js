// Completes package-lock.json: a registry may not carry the packages of platforms that nobody near it builds on, npm then
// leaves them out, and `npm ci` refuses a lock file without them. Run after `npm install` (`npm run lock`).
import { readFileSync, writeFileSync } from "node:fs"

const FILE = new URL("../package-lock.json", import.meta.url)
const lock = JSON.parse(readFileSync(FILE, "utf8"))
const OS = ["android", "darwin", "freebsd", "linux", "win32"]
const CPU = ["arm64", "arm", "x64", "ia32", "wasm32"]

for (const [at, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[place] || lock.packages[`${at}/${place}`]) continue
    if (!/^\d/.test(version)) throw new Error(`${name} ${version} of ${at} is a range: which version is for npm to say`)
    const words = name.split(/[-/]/)
    const os = OS.filter((os) => words.includes(os))
    const cpu = CPU.filter((cpu) => words.includes(cpu))
    if (os.length + cpu.length === 0) throw new Error(`${name} of ${at} names no platform`)
    const libc = words.includes("musl") ? ["musl"] : []
    const only = Object.fromEntries(Object.entries({ cpu, libc, os }).filter(([, list]) => list.length > 0))
    lock.packages[place] = { version, ...(entry.dev && { dev: true }), optional: true, ...only }
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
