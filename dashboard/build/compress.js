// Compresses what nginx serves once, with more effort than a request has time for (gzip_static).
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { extname, join } from "node:path"
import { constants, gzipSync } from "node:zlib"

const DIST = new URL("../dist/", import.meta.url).pathname
const TEXT = new Set([".css", ".html", ".js", ".json", ".svg"])
/** Below this, the header weighs more than is saved. */
const LEAST = 256

for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !TEXT.has(extname(path))) continue
  const plain = readFileSync(path)
  if (plain.length < LEAST) continue
  // No time and no name in the header: the same tree gives the same image.
  const packed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION })
  if (packed.length < plain.length) writeFileSync(`${path}.gz`, packed)
}
