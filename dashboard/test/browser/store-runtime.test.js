// What runs: the logs of each program as they are written, and what the store takes of the cluster.
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { test } from "node:test"
import { accessible, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "2"] })

const count = async (page) => Number(/(\d+) lines/.exec(await page.getByText(/\d+ lines$/).textContent())?.[1])

async function countAbove(page, least) {
  while ((await count(page)) <= least) await page.waitForTimeout(100)
}

test("a log is followed, searched, paused and downloaded", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  const log = page.getByRole("region", { name: "Log of Admin and API" })
  await log.getByText("medusa: starting", { exact: true }).waitFor()
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  await countAbove(page, await count(page))
  await owner.picture("store-logs")
  await accessible(page)

  await page.getByRole("button", { name: "Pause" }).click()
  const held = await count(page)
  await page.getByRole("button", { name: /^Go on, [1-9]\d* new$/ }).waitFor()
  assert.equal(await count(page), held, "lines came while it was paused")
  await page.getByRole("button", { name: /^Go on/ }).click()
  await countAbove(page, held)

  // As quick people type, and back to the letter that was left out: the field does not wait for the address.
  const find = page.getByRole("searchbox", { name: "Find in the log" })
  await find.focus()
  await page.evaluate(() => {
    globalThis.written = 0
    const { replaceState } = history
    history.replaceState = function (...args) {
      globalThis.written += 1
      return replaceState.apply(this, args)
    }
  })
  await Promise.all(["L", "I", "S", "T", "E", "N", "N", "G"].map((key) => page.keyboard.press(key)))
  await Promise.all(["ArrowLeft", "ArrowLeft", "I"].map((key) => page.keyboard.press(key)))
  assert.equal(await find.inputValue(), "LISTENING")
  await page.waitForURL(/q=LISTENING/)
  const written = await page.evaluate(() => globalThis.written)
  assert.ok(written < 9, `the address was written ${written} times for 9 letters`)
  await page.getByText(/^1 of \d+ lines$/).waitFor()
  assert.equal(await log.locator("mark").textContent(), "listening")
  assert.equal(await log.getByText("medusa: starting", { exact: true }).count(), 0)
  await page.reload()
  await page.getByText(/^1 of \d+ lines$/).waitFor()
  assert.equal(await page.getByRole("searchbox", { name: "Find in the log" }).inputValue(), "LISTENING")

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ])
  assert.equal(file.suggestedFilename(), "cups-0-medusa.log")
  assert.match(await readFile(await file.path(), "utf8"), /medusa: starting\n/)
})

test("each program has its log, and the address keeps which", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  const programs = page.getByRole("combobox", { name: "Program" })
  await programs.waitFor()
  assert.deepEqual(await programs.getByRole("option").allTextContents(), [
    "Admin and API",
    "Cache",
    "Shop",
    "Database",
    "Set-up",
  ])
  await programs.selectOption("Database")
  await page.getByRole("region", { name: "Log of Database" }).getByText("postgres: starting").waitFor()
  assert.equal(new URL(page.url()).searchParams.get("component"), "postgres")
  await page.reload()
  await page.getByRole("region", { name: "Log of Database" }).getByText("postgres: starting").waitFor()
})

test("asking for the deletion, and leaving it, keeps the log and what is looked for in it", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs?component=postgres&q=starting")
  const log = page.getByRole("region", { name: "Log of Database" })
  await log.getByText("postgres: starting").waitFor()
  await page.getByRole("button", { name: "Delete", exact: true }).click()
  await page.waitForURL("**/logs?*ask=delete*")
  await page.getByRole("dialog").getByRole("button", { name: "Keep the store" }).click()
  await page.waitForURL((url) => !url.searchParams.has("ask"))
  assert.equal(new URL(page.url()).search, "?component=postgres&q=starting")
  await log.getByText("postgres: starting").waitFor()
})

test("a log that is cut says so and goes on", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  const before = await count(page)
  await here.platform.nginx.cut()
  await page
    .getByRole("status")
    .filter({ hasText: /^Reconnecting…$/ })
    .waitFor()
  assert.ok((await count(page)) >= before, "what was read is still there")
  await here.platform.nginx.back()
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  await countAbove(page, before)
  // No line is there twice. By the search: of a long log only what is on the screen is drawn.
  await page.getByRole("searchbox", { name: "Find in the log" }).fill("medusa: starting")
  await page.getByText(/^1 of \d+ lines$/).waitFor()
})

test("a log that is cut while it is paused stays as it is, and goes on whole", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  await page.getByRole("button", { name: "Pause" }).click()
  await page.getByRole("button", { name: /^Go on, [1-9]\d* new$/ }).waitFor()
  const before = await count(page)
  const held = async () => Number(/(\d+) new/.exec(await page.getByRole("button", { name: /^Go on/ }).innerText())?.[1])
  const again = page.waitForResponse("**/logs?*follow=true*")
  await here.platform.nginx.cut()
  await page.getByText("What you see may be some seconds old").waitFor()
  const then = await held()
  await here.platform.nginx.back()
  await again
  while ((await held()) <= then + 1) await page.waitForTimeout(100)
  assert.equal(await count(page), before, "what is read stays while it is paused")
  const waiting = await held()
  await page.getByRole("button", { name: /^Go on/ }).click()
  await page.getByRole("button", { name: "Pause" }).waitFor()
  const all = await count(page)
  assert.ok(all >= before + waiting && all < before + waiting + before, `${before} and ${waiting} make ${all}`)
  await page.getByRole("searchbox", { name: "Find in the log" }).fill("medusa: starting")
  await page.getByText(/^1 of \d+ lines$/).waitFor()
})

test("what the store takes is measured", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/usage")
  const row = page.getByRole("list", { name: "Programs" }).getByRole("listitem").filter({ hasText: "Database" })
  await row.getByRole("meter", { name: "Processor of Database" }).waitFor()
  assert.match(
    (await row.getByRole("meter", { name: "Memory of Database" }).getAttribute("aria-valuetext")) ?? "",
    /^[\d.]+ MiB of 256 MiB$/,
  )
  assert.match(
    (await page.getByRole("meter", { name: "Storage of data" }).getAttribute("aria-valuetext")) ?? "",
    /^[\d.]+ MiB of 5 GiB$/,
  )
  await page.getByRole("img", { name: /^Processor of .* over time$/ }).waitFor()
  await page.getByRole("combobox", { name: "Program in the chart" }).selectOption("Database")
  const chart = page.getByRole("img", { name: "Memory of Database over time" })
  await chart.locator("svg").waitFor()
  // A second measurement makes a line of it, and a second row of the table.
  await page.getByText("The same as a table").click()
  const rows = page.getByRole("table", { name: "Measurements of Database" }).getByRole("row")
  await rows.nth(2).waitFor({ timeout: 30_000 })
  assert.match(await rows.nth(1).innerText(), /CPU\s+[\d.]+ MiB/)
  await chart.locator("path.recharts-line-curve").waitFor({ state: "attached" })
  // What it may take at most: 256 MiB, as the meter says.
  await chart.locator(".recharts-reference-line").waitFor({ state: "attached" })
  await owner.picture("store-usage", true)
  await accessible(page)
})

test("a measurement that fails is said beside those there are, and is tried again by itself", async (t) => {
  const owner = await here.visit(t, { allowed: [500] })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/usage")
  const meter = page.getByRole("meter", { name: "Memory of Database" })
  await meter.waitFor()
  // Answered here: the provisioner has no fault on request.
  let broken = true
  await page.route("**/api/v1/stores/*/usage", (route) => {
    if (!broken) return route.fallback()
    return route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: '{"title":"fault","status":500}',
    })
  })
  const alert = page.getByRole("alert").filter({ hasText: "The usage could not be read" })
  await alert.waitFor()
  assert.ok(await meter.isVisible(), "what was measured is still shown")
  await accessible(page)
  broken = false
  await alert.waitFor({ state: "detached" })
  await meter.waitFor()
})

test("on a phone in the dark", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/linen-1/logs")
  await countAbove(page, 0)
  await page.getByRole("switch", { name: "Wrap lines" }).click()
  await accessible(page)
  await owner.picture("store-logs-phone-dark", true)
  await owner.go("/stores/linen-1/usage")
  await page.getByRole("meter").first().waitFor()
  await page.getByRole("img", { name: /^Memory of .* over time$/ }).waitFor()
  await page.getByText("The same as a table").click()
  await accessible(page)
  await owner.picture("store-usage-phone-dark", true)
})

test("a viewer sees what the store takes, and not its logs", async (t) => {
  const viewer = await here.visit(t)
  const { page } = viewer
  await viewer.signIn(VIEWER)
  await viewer.go("/stores/cups-0/usage")
  await page.getByRole("meter", { name: "Processor of Database" }).waitFor()
  await viewer.go("/stores/cups-0/logs")
  await page.getByText("Your role is viewer; an administrator can do this.").waitFor()
  await accessible(page)
})
