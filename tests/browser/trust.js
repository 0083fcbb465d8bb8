// A browser that trusts the cluster's own authority, as a person does who has put it among theirs.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { wanted } from "./browser.js"

/** Chromium with a home of its own, in which the authority is known. */
export async function launchTrusting() {
  const home = mkdtempSync(join(tmpdir(), "browser-home-"))
  const database = join(home, ".pki/nssdb")
  mkdirSync(database, { recursive: true })
  const certutil = (...args) => execFileSync("certutil", ["-d", `sql:${database}`, ...args])
  certutil("-N", "--empty-password")
  certutil("-A", "-n", "store-platform", "-t", "C,,", "-i", wanted("AUTHORITY"))
  const env = { ...process.env, HOME: home }
  const browser = await chromium.launch({ executablePath: wanted("CHROMIUM"), args: ["--no-sandbox"], env })
  browser.on("disconnected", () => rmSync(home, { recursive: true, force: true }))
  return browser
}
