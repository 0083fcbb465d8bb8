// A store that comes up while somebody looks: step by step, by the one stream of events, without a reload.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ADMIN, accessible, hasFocus, PHONE } from "./browser.js"
import { suite } from "./suite.js"

/** Slow enough to be looked at, and to be reloaded in the middle. */
const PACE = ["--pace-ms", "2500"]
const here = suite({ provisioner: PACE })

const create = (name, more = {}) =>
  here.platform.api("POST", "/api/v1/stores", { name, engine: "woocommerce", ...more })
const step = (page, title) => {
  const has = page.getByText(title, { exact: true })
  return page.getByRole("list", { name: "Steps" }).getByRole("listitem").filter({ has })
}
const status = (page) => page.getByRole("status", { name: "Status" })
const READY = { timeout: 60_000 }

/** Fails where the page was loaded anew since. */
async function marked(page) {
  await page.evaluate(() => {
    globalThis.stillTheSame = true
  })
  return () => page.evaluate(() => globalThis.stillTheSame === true)
}

test("from the form to Ready: steps go on live, without a reload", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn(ADMIN, "/new")
  await page.getByLabel("Name", { exact: true }).fill("Cups and mugs")
  await page.getByText("This address is free").waitFor()
  await page.getByRole("button", { name: "Create store" }).click()
  await page.waitForURL("**/stores/cups-and-mugs")
  const same = await marked(page)
  const seen = await watched(page)
  await page.getByRole("heading", { level: 1, name: "Cups and mugs" }).waitFor()
  await step(page, "Shop").getByText("under way").waitFor()
  await page.getByText("The first of its kind here takes some minutes").waitFor()
  assert.equal(await page.getByRole("button", { name: "Open store" }).getAttribute("aria-disabled"), "true")
  const logIn = page.getByRole("button", { name: "Log in to admin" })
  assert.equal(await logIn.getAttribute("aria-disabled"), "true")
  await page.keyboard.press("Tab")
  await logIn.focus()
  await page.getByRole("tooltip").waitFor()
  await owner.picture("store-progress")

  await page.getByText(/^Sold: order #\d+ for 1\.00 EUR, proved at /).waitFor(READY)
  assert.equal(await status(page).textContent(), "Ready")
  // It can be pressed now: whoever waited on it is there still, and is not told any more why not.
  await hasFocus(logIn)
  await page.getByRole("tooltip").waitFor({ state: "hidden" })
  const address = await page.getByRole("link", { name: "Open store" }).getAttribute("href")
  assert.equal(address, "http://cups-and-mugs.localhost:8080")
  assert.ok(await same(), "the page was reloaded")
  const states = await seen()
  // Those at the beginning are quicker than a screen.
  assert.ok(states.includes("4 of 7 steps done"), `seen: ${states}`)
  assert.ok(states.includes("5 of 7 steps done"), `seen: ${states}`)
  await owner.picture("store-ready")
  await accessible(page)
})

/** Notes how many steps the page said were done, each time that it said something else. */
async function watched(page) {
  await page.evaluate(() => {
    globalThis.said = []
    const note = () => {
      const found = /\d of \d steps done/.exec(document.body.textContent ?? "")?.[0]
      if (found && globalThis.said.at(-1) !== found) globalThis.said.push(found)
    }
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true })
    note()
  })
  return () => page.evaluate(() => globalThis.said)
}

for (const [name, options] of [
  ["desktop", {}],
  ["phone-dark", { viewport: PHONE, colorScheme: "dark" }],
]) {
  test(`what holds a store up is said while it is waited for: ${name}`, async (t) => {
    const owner = await here.visit(t, options)
    const { page } = owner
    await owner.signIn()
    await here.platform.script(`held-${name}`, { unreachable: true })
    await create(`held-${name}`)
    await owner.go(`/stores/held-${name}`)
    await page.getByText("The cluster does not answer.").waitFor()
    await page.getByText("Nothing to do: it is tried again by itself.").waitFor()
    await accessible(page)
    await owner.picture(`store-held-${name}`, true)
  })
}

test("the second store says how long it usually takes, and so do its steps", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await create("plates")
  await owner.go("/stores/plates")
  await page.getByText(/^It usually takes (a few|about \d+) seconds/).waitFor()
  await step(page, "Shop")
    .getByText(/usually \d/)
    .waitFor()
  await page.getByText(/^Sold: order/).waitFor(READY)
})

test("a reload in the middle loses nothing, not even a duration", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await create("linen")
  await owner.go("/stores/linen")
  // Long enough that one that was counted from the reload on would be seen to be.
  await step(page, "Shop")
    .getByText(/^([2-9]|\d\d)(\.\d)? s/)
    .waitFor()
  const before = await seconds(step(page, "Shop"))
  await page.reload()
  // Under way still or, on a slow machine, done: either way it took at least as long.
  await step(page, "Shop").getByText(/\d s/).waitFor()
  const later = await seconds(step(page, "Shop"))
  assert.ok(later >= Math.floor(before), `it counted ${before} s, and after the reload ${later} s`)
  await page.getByText(/^Sold: order/).waitFor(READY)
})

async function seconds(row) {
  const words = await row.textContent()
  const found = /([\d.]+) s/.exec(words)
  assert.ok(found, `no duration in: ${words}`)
  return Number(found[1])
}

test("two tabs see the same", async (t) => {
  const owner = await here.visit(t)
  const { page, context } = owner
  await owner.signIn()
  await create("books")
  await owner.go("/stores/books")
  const other = await context.newPage()
  await other.goto(new URL("/stores/books/events", here.platform.url).href)
  await other.getByText("Work began").waitFor()
  for (const shown of [page.getByText(/^Sold: order/), other.getByText("Ready: the test order went through")]) {
    await shown.waitFor(READY)
  }
  await status(other).getByText("Ready").waitFor()
  await other.close()
})

test("a cut says so, and what happened meanwhile is there when it is mended", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await create("vases")
  await owner.go("/stores/vases")
  const same = await marked(page)
  await page.getByText(/\d of 7 steps done/).waitFor()
  await here.platform.nginx.cut()
  await page.getByText("Reconnecting…").waitFor()
  await owner.picture("store-reconnecting")
  await accessible(page)
  // Ready, while nobody can hear of it.
  while ((await here.platform.api("GET", "/api/v1/stores/vases")).phase !== "ready") await page.waitForTimeout(200)
  assert.equal(await page.getByText(/^Sold: order/).count(), 0)
  await here.platform.nginx.back()
  await page.getByText(/^Sold: order/).waitFor({ timeout: 60_000 })
  await page.getByText("Reconnecting…").waitFor({ state: "detached" })
  assert.ok(await same(), "the page was reloaded")
})

/** Looks at one store by its id: what the page asks after an event. Its own reading goes by the name. */
async function looks(name) {
  const { id } = await create(name)
  return `**/api/v1/stores/${id}`
}

test("where the look after the last event fails, the page is brought up to date all the same", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  let lost = 0
  await page.route(await looks("bowls"), async (route) => {
    const answer = await route.fetch()
    if ((await answer.json()).phase !== "ready") return route.fulfill({ response: answer })
    lost += 1
    return route.abort("connectionreset")
  })
  await owner.go("/stores/bowls")
  await page.getByText(/^Sold: order/).waitFor(READY)
  assert.ok(lost > 0, "no look was lost")
})

test("an answer that comes late is not shown over a later one", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  let held
  const look = await looks("jugs")
  // Before anything is held back: what the list asks for ends with it.
  await owner.go("/stores/jugs")
  await status(page).waitFor()
  await page.route(look, async (route) => {
    const response = await route.fetch()
    if (held || (await response.json()).phase === "ready") return route.fulfill({ response })
    held = () => route.fulfill({ response })
  })
  await page.getByText(/^Sold: order/).waitFor(READY)
  assert.ok(held, "no answer was held back")
  const late = page.waitForResponse(look)
  await held()
  await (await late).finished()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  assert.equal(await status(page).textContent(), "Ready")
})

test("on a phone in the dark", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await owner.signIn()
  await create("candles")
  await owner.go("/stores/candles")
  await step(page, "Shop").getByText("under way").waitFor()
  await owner.picture("store-progress-phone-dark", true)
  await page.getByText(/^Sold: order/).waitFor(READY)
  await accessible(page)
  await owner.picture("store-ready-phone-dark", true)
  for (const part of ["events", "credentials"]) {
    await owner.go(`/stores/candles/${part}`)
    await page.getByRole("heading", { level: 2 }).first().waitFor()
    await accessible(page)
  }
})
