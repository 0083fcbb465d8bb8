// The samples' pictures, on the volume that Medusa serves as /static: there the owner replaces and deletes them like
// any upload.
const { copyFileSync, mkdirSync, readdirSync, renameSync } = require("node:fs")
const { join } = require("node:path")

const FROM = join(__dirname, "..", "samples")
const TO = join(__dirname, "..", "static", "samples")

function placePictures() {
  mkdirSync(TO, { recursive: true })
  for (const file of readdirSync(FROM).filter((name) => name.endsWith(".webp"))) {
    // Whole or not there: a kill in between leaves a file that nothing refers to.
    const unfinished = join(TO, `.${file}`)
    copyFileSync(join(FROM, file), unfinished)
    renameSync(unfinished, join(TO, file))
  }
}

module.exports = { placePictures }
