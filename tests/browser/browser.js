// A browser that notes what a page must not do: say an error in the console, ask another host, scroll sideways, or
// shut somebody out.
import assert from "node:assert/strict"
import { createHash, X509Certificate } from "node:crypto"
import { mkdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import tls from "node:tls"
import { chromium } from "playwright-core"

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
/** WCAG 2.2 AA, and what axe calls good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
const PATIENCE = 60_000

export const PHONE = { width: 320, height: 640 }
export const DESKTOP = { width: 1280, height: 900 }

export function wanted(name) {
  const value = process.env[name]
  if (!value) throw new Error(`set the environment variable ${name}; cargo xtask test --only browser does`)
  return value
}

/** Chromium, which takes the shop's certificate once Node has checked it against the authority: nothing else is let through. */
export async function launch(url) {
  const args = ["--no-sandbox"]
  if (url.protocol === "https:") args.push(`--ignore-certificate-errors-spki-list=${await key(url)}`)
  return chromium.launch({ executablePath: wanted("CHROMIUM"), args })
}

function key(url) {
  const ca = readFileSync(wanted("AUTHORITY"))
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port: Number(url.port || 443), servername: url.hostname, ca }, () => {
      const leaf = new X509Certificate(socket.getPeerCertificate().raw)
      const spki = leaf.publicKey.export({ type: "spki", format: "der" })
      socket.end()
      resolve(createHash("sha256").update(spki).digest("base64"))
    })
    socket.on("error", reject)
  })
}

/** A visitor with an empty browser. `name` is the folder of the screenshots. */
export async function visitor(browser, url, name, options) {
  const context = await browser.newContext({ ...options, reducedMotion: "reduce" })
  context.setDefaultTimeout(PATIENCE)
  const faults = []
  // Another tab that the page opens may be another site's: its ways are its own, as wp-admin asks for its user's avatar
  // elsewhere.
  const isOurs = (tab) => tab === page || new URL(tab.url()).origin === url.origin
  context.on("page", (tab) => {
    tab.on("pageerror", (error) => isOurs(tab) && faults.push(`error on ${tab.url()}: ${error.message}`))
    tab.on("request", (request) => {
      const { origin, protocol } = new URL(request.url())
      const isForeign = protocol !== "data:" && protocol !== "blob:" && origin !== url.origin
      if (isOurs(tab) && isForeign) faults.push(`${tab.url()} asked ${request.url()}`)
    })
  })
  const page = await context.newPage()
  page.on("console", (message) => {
    // A page that is an error's page by design has its status noted by the browser itself.
    // Whether somebody is signed in is asked before anybody is.
    if (/status of 401/.test(message.text()) && message.location().url.endsWith("/api/v1/session")) return
    const ofThePage = /status of (403|404|409|422)/.test(message.text()) && message.location().url === page.url()
    if (message.type() === "error" && !ofThePage) faults.push(`console of ${page.url()}: ${message.text()}`)
  })
  page.on("requestfailed", (request) => {
    const words = request.failure()?.errorText
    // Left behind by going on to the next page.
    if (words !== "net::ERR_ABORTED") faults.push(`${request.url()}: ${words}`)
  })
  const screenshots = join(wanted("SCREENSHOTS"), name)
  mkdirSync(screenshots, { recursive: true })
  return {
    page,
    faults,
    go: (path) => page.goto(new URL(path, url).href),
    /** The page as it is now, in a file. */
    picture: (title) => page.screenshot({ path: join(screenshots, `${title}.png`), fullPage: true }),
    end: async () => {
      await context.close()
      assert.deepEqual(faults, [])
    },
  }
}

/** Nobody is shut out, and nothing sticks out sideways. */
export async function accessible(page) {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: "tag", values: tags } }), RULES)
  const told = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`))
  assert.deepEqual(told, [], `axe on ${page.url()}`)
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, globalThis.innerWidth])
  assert.ok(content <= window, `${page.url()} is ${content} px wide in ${window}`)
}
