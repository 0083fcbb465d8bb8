// A store that comes up while somebody looks: step by step, by the one stream of events, without a reload.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { accessible, accountsMake, launch, PHONE, visitor } from "./browser.js"
import { platformStart } from "./server.js"

/** Slow enough to be looked at, and to be reloaded in the middle. */
const PACE = ["--pace-ms", "1500"]
let platform
let browser

before(async () => {
  platform = await platformStart(PACE)
  await accountsMake(platform)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.end()
})

const create = (name, more = {}) => platform.api("POST", "/api/v1/stores", { name, engine: "woocommerce", ...more })
const step = (page, title) => {
  const has = page.getByText(title, { exact: true })
  return page.getByRole("list", { name: "Steps" }).getByRole("listitem").filter({ has })
}
const status = (page) => page.getByRole("status", { name: "Status" })
const READY = { timeout: 30_000 }

/** Fails where the page was loaded anew since. */
async function marked(page) {
  await page.evaluate(() => {
    globalThis.stillTheSame = true
  })
  return () => page.evaluate(() => globalThis.stillTheSame === true)
}

test("steps go on live, and the page becomes Ready without a reload", async () => {
  const owner = await visitor(browser, platform)
  const { page } = owner
  await owner.signIn()
  await create("cups", { title: "Cups and mugs" })
  await owner.go("/stores/cups")
  const same = await marked(page)
  await page.getByRole("heading", { level: 1, name: "Cups and mugs" }).waitFor()
  await step(page, "Database").getByText("under way").waitFor()
  await page.getByText("The first of its kind here takes some minutes").waitFor()
  await owner.picture("store-progress")
  await accessible(page)
  await step(page, "Database").getByText("done").waitFor()
  await step(page, "Shop").getByText("under way").waitFor()
  assert.equal(await page.getByRole("button", { name: "Open store" }).getAttribute("aria-disabled"), "true")
  assert.equal(await page.getByRole("button", { name: "Log in to admin" }).getAttribute("aria-disabled"), "true")

  await page.getByText(/^Sold: order #\d+ for 1\.00 EUR, proved at /).waitFor(READY)
  assert.equal(await status(page).textContent(), "Ready")
  assert.equal(await page.getByRole("link", { name: "Open store" }).getAttribute("href"), "http://cups.localhost:8080")
  assert.ok(await same(), "the page was reloaded")
  await owner.picture("store-ready")
  await accessible(page)
  await owner.end()
})

test("the second store says how long it usually takes, and so do its steps", async () => {
  const owner = await visitor(browser, platform)
  const { page } = owner
  await owner.signIn()
  await create("plates")
  await owner.go("/stores/plates")
  await page.getByText(/^It usually takes (a few|about \d+) seconds/).waitFor()
  await step(page, "Shop")
    .getByText(/usually \d/)
    .waitFor()
  await page.getByText(/^Sold: order/).waitFor(READY)
  await owner.end()
})

test("a reload in the middle loses nothing, not even a duration", async () => {
  const owner = await visitor(browser, platform)
  const { page } = owner
  await owner.signIn()
  await create("linen")
  await owner.go("/stores/linen")
  await step(page, "Shop").getByText("under way").waitFor()
  const before = await seconds(step(page, "Shop"))
  await page.waitForTimeout(1_000)
  await page.reload()
  await step(page, "Shop").getByText("under way").waitFor()
  const later = await seconds(step(page, "Shop"))
  assert.ok(later >= before + 1, `it counted ${before} s, and after the reload ${later} s`)
  await page.getByText(/^Sold: order/).waitFor(READY)
  await owner.end()
})

async function seconds(row) {
  return Number(/([\d.]+) s\b/.exec(await row.textContent())?.[1])
}

test("two tabs see the same", async () => {
  const owner = await visitor(browser, platform)
  const { page, context } = owner
  await owner.signIn()
  await create("books")
  await owner.go("/stores/books")
  const other = await context.newPage()
  await other.goto(new URL("/stores/books/events", platform.url).href)
  await other.getByText("Work began").waitFor()
  for (const shown of [page.getByText(/^Sold: order/), other.getByText("Ready: the test order went through")]) {
    await shown.waitFor(READY)
  }
  assert.equal(await status(other).textContent(), "Ready")
  await other.close()
  await owner.end()
})

test("a cut says so, and what happened meanwhile is there when it is mended", async () => {
  const owner = await visitor(browser, platform, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await create("vases")
  await owner.go("/stores/vases")
  const same = await marked(page)
  await step(page, "Database").getByText("under way").waitFor()
  await platform.nginx.cut()
  await page.getByText("Reconnecting…").waitFor()
  await owner.picture("store-reconnecting")
  await accessible(page)
  // Ready, while nobody can hear of it.
  while ((await platform.api("GET", "/api/v1/stores/vases")).phase !== "ready") await page.waitForTimeout(200)
  assert.equal(await page.getByText(/^Sold: order/).count(), 0)
  await platform.nginx.back()
  await page.getByText(/^Sold: order/).waitFor({ timeout: 60_000 })
  await page.getByText("Reconnecting…").waitFor({ state: "detached" })
  assert.ok(await same(), "the page was reloaded")
  await owner.end()
})

test("on a phone in the dark", async () => {
  const owner = await visitor(browser, platform, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await owner.signIn()
  await create("candles")
  await owner.go("/stores/candles")
  await step(page, "Shop").getByText("under way").waitFor()
  await accessible(page)
  await owner.picture("store-progress-phone-dark", true)
  await page.getByText(/^Sold: order/).waitFor(READY)
  await accessible(page)
  await owner.picture("store-ready-phone-dark", true)
  await owner.end()
})
