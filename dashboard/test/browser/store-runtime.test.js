// What runs: the logs of each program as they are written, and what the store takes of the cluster.
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { after, before, test } from "node:test"
import { accessible, accountsMake, launch, PHONE, VIEWER, visitor } from "./browser.js"
import { platformStart } from "./server.js"

let platform
let browser

before(async () => {
  // The first is of Medusa, whose shop has five programs.
  platform = await platformStart(["--stores", "2"])
  await accountsMake(platform)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.end()
})

const count = async (page) => Number(/(\d+) lines/.exec(await page.getByText(/\d+ lines$/).textContent())?.[1])

async function countAbove(page, least) {
  while ((await count(page)) <= least) await page.waitForTimeout(100)
}

test("a log is followed, searched, paused and downloaded", async () => {
  const owner = await visitor(browser, platform)
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

  await page.getByRole("searchbox", { name: "Find in the log" }).fill("LISTENING")
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
  await owner.end()
})

test("each program has its log, and the address keeps which", async () => {
  const owner = await visitor(browser, platform)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  const programs = page.getByRole("combobox", { name: "Program" })
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
  await owner.end()
})

test("a log that is cut says so and goes on", async () => {
  const owner = await visitor(browser, platform, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/logs")
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  const before = await count(page)
  await platform.nginx.cut()
  await page
    .getByRole("status")
    .filter({ hasText: /^Reconnecting…$/ })
    .waitFor()
  assert.ok((await count(page)) >= before, "what was read is still there")
  await platform.nginx.back()
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor()
  await countAbove(page, before)
  const lines = await page
    .getByRole("region", { name: /^Log of/ })
    .getByText("medusa: starting", { exact: true })
    .count()
  assert.equal(lines, 1, "no line is there twice")
  await owner.end()
})

test("what the store takes is measured", async () => {
  const owner = await visitor(browser, platform)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0/usage")
  const row = page.getByRole("row", { name: /^Database/ })
  await row.getByRole("meter", { name: "Processor of Database" }).waitFor()
  assert.match(
    (await row.getByRole("meter", { name: "Memory of Database" }).getAttribute("aria-valuetext")) ?? "",
    /^[\d.]+ MiB of 256 MiB$/,
  )
  assert.match(
    (await page.getByRole("meter", { name: "Storage of data" }).getAttribute("aria-valuetext")) ?? "",
    /^[\d.]+ MiB of 5 GiB$/,
  )
  await owner.picture("store-usage")
  await accessible(page)
  await owner.end()
})

test("on a phone in the dark", async () => {
  const owner = await visitor(browser, platform, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/linen-1/logs")
  await page
    .getByText(/: starting$/)
    .first()
    .waitFor()
  await page.getByRole("switch", { name: "Wrap lines" }).click()
  await accessible(page)
  await owner.picture("store-logs-phone-dark", true)
  await owner.go("/stores/linen-1/usage")
  await page.getByRole("meter").first().waitFor()
  await accessible(page)
  await owner.picture("store-usage-phone-dark", true)
  await owner.end()
})

test("a viewer sees what the store takes, and not its logs", async () => {
  const viewer = await visitor(browser, platform)
  const { page } = viewer
  await viewer.signIn(VIEWER)
  await viewer.go("/stores/cups-0/usage")
  await page.getByRole("meter", { name: "Processor of Database" }).waitFor()
  await viewer.go("/stores/cups-0/logs")
  await page.getByText("Your role is viewer; an administrator can do this.").waitFor()
  await accessible(page)
  await viewer.end()
})
