// A browser that notes what a page must not do: say an error in the console, ask another host, scroll sideways, or
// shut somebody out.
import assert from "node:assert/strict"
import { mkdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { wanted } from "./server.js"

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
/** WCAG 2.2 AA, and what axe calls good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
const PATIENCE = 20_000

export const PHONE = { width: 320, height: 640 }
export const DESKTOP = { width: 1280, height: 900 }
export const ADMIN = { email: "ada@example.com", password: "a long enough passphrase" }
export const VIEWER = { email: "vera@example.com", password: "another long passphrase" }

export const launch = () => chromium.launch({ executablePath: wanted("CHROMIUM"), args: ["--no-sandbox"] })

/** The first administrator, and somebody who may only look, made through the API. */
export async function accountsMake(platform) {
  const { code } = await platform.api("POST", "/api/v1/setup/code")
  await platform.api("POST", "/api/v1/setup", { code, ...ADMIN })
  await platform.api("POST", "/api/v1/accounts", { ...VIEWER, role: "viewer" })
}

/**
 * A visitor with an empty browser. `allowed` are the statuses that a test means to meet: the browser notes every
 * answer of 400 and above in the console by itself. Asking who one is before signing in is one of them.
 */
export async function visitor(browser, platform, options = {}) {
  const { allowed = [], ...rest } = options
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", ...rest })
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: platform.url.origin })
  context.setDefaultTimeout(PATIENCE)
  const faults = []
  // Whatever it opens as well: a second tab, a pop-up.
  context.on("page", (each) => watch(each, faults, platform.url.origin, allowed))
  const page = await context.newPage()
  return {
    page,
    context,
    faults,
    go: (path) => page.goto(new URL(path, platform.url).href),
    async signIn(account = ADMIN, path = "/") {
      await page.goto(new URL(`/sign-in?next=${encodeURIComponent(path)}`, platform.url).href)
      await page.getByLabel("E-mail").fill(account.email)
      await page.getByLabel("Password", { exact: true }).fill(account.password)
      await page.getByRole("button", { name: "Sign in" }).click()
      await page.getByRole("button", { name: "Account" }).waitFor()
    },
    /** The page as it is now, in a file, where a folder for that is named. */
    async picture(title, fullPage = false) {
      const folder = process.env.SCREENSHOTS
      if (!folder) return
      mkdirSync(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `${title}.png`), fullPage })
    },
    end: async () => {
      // An answer that is changed on its way ends with the page, and is nobody's error.
      await Promise.all([context, ...context.pages()].map((each) => each.unrouteAll({ behavior: "ignoreErrors" })))
      await context.close()
      assert.deepEqual(faults, [])
    },
  }
}

/** Notes what a page must not do. What a store's own page does, in a tab of its own, is that store's. */
function watch(page, faults, ours, allowed) {
  const isOurs = (url) => url === "about:blank" || new URL(url).origin === ours
  page.on("pageerror", (error) => isOurs(page.url()) && faults.push(`error on ${page.url()}: ${error.message}`))
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return
    if (!isOurs(page.url())) return
    const text = message.text()
    const status = Number(/status of (\d{3})/.exec(text)?.[1])
    if (status === 401 && message.location().url.endsWith("/api/v1/session")) return
    if (allowed.includes(status)) return
    // An error of the page itself, where the test brings it about.
    if (allowed.includes("fault") && /^\w*Error: /.test(text)) return
    // The network's own words, where the test takes the network away.
    if (allowed.includes("offline") && /net::ERR_|status of 50[24]/.test(text)) return
    faults.push(`console of ${page.url()}: ${text}`)
  })
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol === "data:" || protocol === "blob:" || origin === ours || !isOurs(page.url())) return
    // A new tab that has shown nothing yet goes where its link leads.
    if (request.isNavigationRequest() && page.url() === "about:blank") return
    faults.push(`asked ${request.url()}`)
  })
}

/** What a dialog gives back may come a frame after it is gone. */
export async function hasFocus(wanted) {
  await wanted.page().waitForFunction((it) => it === document.activeElement, await wanted.elementHandle())
}

/** Nobody is shut out, and nothing sticks out sideways. */
export async function accessible(page) {
  // Through the debugger: the page's CSP would refuse a script element.
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run({ runOnly: { type: "tag", values: tags } }),
    RULES,
  )
  const told = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`))
  assert.deepEqual(told, [], `axe on ${page.url()}`)
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, globalThis.innerWidth])
  assert.ok(content <= window, `${page.url()} is ${content} px wide in ${window}`)
}
