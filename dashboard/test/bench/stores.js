// The list with a thousand stores, as a browser has it: how soon it answers the hand, how soon it shows what happened,
// and whether it ever stands still. Prints each figure with its bound; ends badly where one is missed.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { accountsMake, launch, visitor } from "../browser/browser.js"
import { platformStart } from "../browser/server.js"

const STORES = Number(process.env.STORES ?? 1000)
const VISITS = 7
const CHANGES = 200
/** Below what two cores make of stores beside a browser, so that nobody waits for anything but the way to the screen. */
const PAUSE_MS = 100
let platform
let browser

before(async () => {
  platform = await platformStart(["--stores", String(STORES), "--pace-ms", "300"])
  await accountsMake(platform)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.end()
})

const quantile = (values, part) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)]

function bounded(what, value, most, unit) {
  console.log(`${value <= most ? "ok    " : "MISSED"} ${what}: ${Math.round(value)} ${unit}, at most ${most}`)
  return value <= most
}

/** Before the page's own scripts: every task that blocks the hand for longer than 50 ms, as the browser counts. */
const watchLongTasks = () => {
  window.longTasks = []
  new PerformanceObserver((list) =>
    window.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({
    type: "longtask",
    buffered: true,
  })
}

/** Resolves, in the page, with the time at which a frame with these words in a row was shown. */
const shown = (words) =>
  new Promise((resolve) => {
    const look = () => {
      const row = [...document.querySelectorAll('[role="row"], tbody tr')].find((row) =>
        row.textContent.includes(words),
      )
      if (row) requestAnimationFrame(() => resolve(Date.now()))
      else requestAnimationFrame(look)
    }
    look()
  })

test(`${STORES} stores`, { timeout: 600_000 }, async () => {
  const user = await visitor(browser, platform)
  const { page } = user
  await page.addInitScript(watchLongTasks)
  await user.signIn()
  await page.evaluate(shown, "cups-")

  const interactive = []
  let longest = 0
  const blocked = async () => {
    longest = Math.max(longest, ...(await page.evaluate(() => window.longTasks.splice(0))))
  }
  for (let visit = 0; visit < VISITS; visit += 1) {
    await blocked()
    await page.goto(platform.url.href, { waitUntil: "commit" })
    await page.evaluate(shown, "-")
    // Interactive: a key has arrived in the search and is on the screen.
    await page.keyboard.press("/")
    await page.keyboard.type("7")
    await page.waitForFunction(() => document.activeElement?.value === "7")
    interactive.push(
      await page.evaluate(() => performance.now() - performance.getEntriesByType("navigation")[0].loadEventEnd),
    )
  }

  await page.goto(platform.url.href)
  await page.evaluate(shown, "-")
  const latencies = []
  for (let change = 0; change < CHANGES; change += 1) {
    const name = `bench-${change}`
    const seen = page.evaluate(shown, name)
    const asked = Date.now()
    await platform.api("POST", "/api/v1/stores", { name, engine: "woocommerce" })
    latencies.push((await seen) - asked)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  await blocked()
  const fine = [
    bounded("interactive after load, median", quantile(interactive, 0.5), 1000, "ms"),
    bounded("interactive after load, worst", quantile(interactive, 1), 1500, "ms"),
    bounded("a change on the screen after it was asked for, median", quantile(latencies, 0.5), 1000, "ms"),
    bounded("a change on the screen after it was asked for, p99", quantile(latencies, 0.99), 1000, "ms"),
    bounded("longest task", longest, 200, "ms"),
  ]
  await user.end()
  assert.ok(fine.every(Boolean), "a bound was missed")
})
