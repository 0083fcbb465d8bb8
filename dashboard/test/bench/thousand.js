// The list with a thousand stores: how soon it can be used, how late an event is on the screen, how long the page is
// ever busy. Prints figures of this machine at this moment; fails where they are above what is promised, or missing.
// Like the browser tests: behind nginx, against the real provisioner on its in-memory cluster.
import { accountsMake, launch, visitor } from "../browser/browser.js"
import { platformStart } from "../browser/server.js"
import { watch } from "./watch.js"

const STORES = Number(process.env.STORES ?? 1000)
const LOADS = 5
/** As many new stores as are drawn at once: the youngest stand first. */
const NEW = 10
const ROUNDS = 4
const LABELS = { provisioning: "Setting up", proving: "Test order", ready: "Ready", deleting: "Deleting" }
const PROMISED = { interactive: 1000, screen: 1000, task: 200 }
/** Of the seed's names, one that no other holds; typed into the search it leaves one row. */
const SOUGHT = `oak-${STORES - 1 - (STORES % 8)}`

const platform = await platformStart(["--stores", String(STORES)])
await accountsMake(platform)
const browser = await launch()
try {
  const { page, go, signIn } = await visitor(browser, platform)
  await page.addInitScript(watch, { labels: LABELS, sought: SOUGHT })
  const listed = () => page.locator(`table[aria-rowcount="${STORES + 1}"]`).waitFor()
  await signIn(undefined, "/?sort=age")
  await listed()

  const loads = []
  const tasks = []
  for (let load = 0; load < LOADS; load += 1) {
    // Without a query the page itself types, as soon as there is a row; see watch.js.
    await go("/")
    await page.waitForFunction(() => globalThis.bench.usable > 0)
    loads.push(await page.evaluate(() => globalThis.bench.usable))
    tasks.push(...(await page.evaluate(() => globalThis.bench.tasksTake())))
  }
  report("a letter typed and answered, after navigation", loads, PROMISED.interactive)

  await go("/?sort=age")
  await listed()
  for (let round = 0; round < ROUNDS; round += 1) {
    const names = Array.from({ length: NEW }, (_, index) => `bench-${round}-${index}`)
    for (const name of names) await platform.api("POST", "/api/v1/stores", { name, engine: "medusa" })
    for (const name of names) await page.getByRole("row", { name: new RegExp(`${name} .*Ready`) }).waitFor()
  }
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  tasks.push(...(await page.evaluate(() => globalThis.bench.tasksTake())))
  const { late, awaited } = await page.evaluate(() => ({ late: bench.late, awaited: bench.awaitedCount() }))
  report("event, from its time on the server to the screen", late, PROMISED.screen, 0.99)
  if (awaited > 0) fail(`${awaited} events never reached the screen`)
  // There may be none; that they would be seen must be shown then.
  if (!(await page.evaluate(() => globalThis.bench.tasksSeen()))) fail("the browser tells of no long tasks")
  if (tasks.length === 0) console.log("tasks above 50 ms while it went on: none")
  else report("tasks above 50 ms while it went on", tasks, PROMISED.task)
} finally {
  await browser.close()
  await platform.end()
}

function report(what, values, promised, quantile = 1) {
  if (values.length === 0) return fail(`${what}: nothing was measured`)
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))])
  const word = quantile === 1 ? "longest" : `p${quantile * 100}`
  const told = at(quantile)
  console.log(`${what}: ${values.length} measured, median ${at(0.5)} ms, ${word} ${told} ms; promised ${promised} ms`)
  if (told > promised) process.exitCode = 1
}

function fail(words) {
  console.log(words)
  process.exitCode = 1
}
