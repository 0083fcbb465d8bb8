// The list of stores: more than a screen holds, found, sorted, kept in the address, live, and deleted together.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, DESKTOP, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const COUNT = 120
const here = suite({ provisioner: ["--stores", String(COUNT)] })

const table = (page) => page.getByRole("table", { name: "Stores" })
const rows = (page) => table(page).getByRole("row")
const first = (page) => table(page).getByRole("rowheader").first()
const row = (page, name) => table(page).getByRole("link", { name, exact: true })

test("many stores are a table of the rows on the screen, and screen readers know of all", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn()
  await page.getByRole("heading", { name: `Stores ${COUNT}` }).waitFor()
  await page.locator(`table[aria-rowcount="${COUNT + 1}"]`).waitFor()
  assert.ok((await rows(page).count()) < 60, "only what is on the screen is there")
  await page.getByRole("row", { name: /Ready/ }).first().waitFor()
  await accessible(page)
  await picture("stores")

  await page.mouse.wheel(0, 4_000)
  await page.waitForURL((url) => Number(url.searchParams.get("row")) > 20)
  const seen = await page.evaluate(() =>
    document.elementFromPoint(300, 400)?.closest("tr")?.getAttribute("aria-rowindex"),
  )
  // A reload, and the back button, come to the same place.
  await page.reload()
  await page.locator(`tr[aria-rowindex="${seen}"]`).waitFor()
  await page.locator(`tr[aria-rowindex="${seen}"]`).getByRole("link").first().click()
  await page.waitForURL("**/stores/*")
  await page.goBack()
  await page.locator(`tr[aria-rowindex="${seen}"]`).waitFor()
})

test("search, filters and order stand in the address, and a link shows the same", async (t) => {
  const { page, signIn, go } = await here.visit(t)
  await signIn()
  await page.getByRole("searchbox", { name: "Search stores" }).fill("linen")
  await page.waitForURL(/q=linen/)
  await page.getByLabel("Engine").selectOption("medusa")
  await page.getByRole("button", { name: "Name" }).click()
  await page.getByRole("button", { name: "Name" }).click()
  await page.waitForURL(/dir=desc/)
  assert.equal(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort"), "descending")
  // The rows come after the address: the last of Medusa's by its name.
  await first(page).getByText("linen-105", { exact: true }).waitFor()
  const heading = await page.getByRole("heading", { level: 1 }).innerText()
  assert.match(heading, new RegExp(`\\d+ of ${COUNT}`))
  const top = await first(page).innerText()
  assert.match(top, /^linen-/)
  const url = page.url()

  await go("/?q=zzz-none")
  await page.getByRole("heading", { name: "No store matches" }).waitFor()
  await accessible(page)
  await page.getByRole("button", { name: "Show all stores" }).click()
  await page.getByRole("heading", { name: `Stores ${COUNT}` }).waitFor()

  await page.goto(url)
  await page.getByText(top.split("\n")[0], { exact: true }).waitFor()
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), heading)
  assert.equal(await first(page).innerText(), top)
  assert.equal(await page.getByRole("searchbox", { name: "Search stores" }).inputValue(), "linen")
  assert.equal(await page.getByLabel("Engine").inputValue(), "medusa")
})

test("what does not make sense in the address is left out", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(ADMIN, "/?phase=toString&engine=magento&sort=7&dir=up&row=-3")
  await page.getByRole("heading", { name: `Stores ${COUNT}` }).waitFor()
})

test("a store that is made elsewhere comes in by itself, and moves on", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn(ADMIN, "/")
  await rows(page).nth(2).waitFor()
  await here.platform.script("live-broken", { imageBroken: true })
  await here.platform.api("POST", "/api/v1/stores", { name: "live-broken", engine: "medusa" })
  const row = page.getByRole("row", { name: /live-broken/ })
  await row.waitFor()
  await row.getByText("Failed").waitFor()
  await picture("stores-failed")
  await here.platform.script("live-broken", {})
  await here.platform.api("POST", "/api/v1/stores/live-broken/retry")
  await row.getByText("Ready").waitFor()
  await here.platform.api("DELETE", "/api/v1/stores/live-broken")
  await row.waitFor({ state: "detached" })
})

test("stores are deleted together, once their number is typed", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn(ADMIN, "/?q=tea&sort=name")
  await rows(page).nth(3).waitFor()
  const names = (await table(page).getByRole("rowheader").allInnerTexts())
    .slice(0, 3)
    .map((text) => text.split("\n")[0])
  for (const name of names) await page.getByRole("checkbox", { name: `Choose ${name}`, exact: true }).check()
  await page.getByText("3 stores chosen").waitFor()
  await accessible(page)
  await page.getByRole("button", { name: "Clear" }).press("Enter")
  await page.getByText("3 stores chosen").waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  for (const name of names) await page.getByRole("checkbox", { name: `Choose ${name}`, exact: true }).check()
  await page.getByRole("button", { name: "Delete…" }).click()
  const dialog = page.getByRole("dialog", { name: "Delete 3 stores?" })
  for (const name of names) await dialog.getByText(name, { exact: true }).waitFor()
  await picture("stores-delete")
  await accessible(page)

  const done = dialog.getByRole("button", { name: "Delete for good" })
  assert.equal(await done.getAttribute("aria-disabled"), "true")
  // The focus is in the field, and stays within the dialog.
  await page.keyboard.type("delete")
  await page.keyboard.press("Enter")
  await dialog.waitFor()
  await page.keyboard.type(" 3")
  for (let tabs = 0; tabs < 8; tabs += 1) await page.keyboard.press("Tab")
  await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]'))
  // The words stay for some seconds only: waited for from now on.
  await Promise.all([page.getByText("3 stores are being deleted").waitFor(), done.click()])
  await dialog.waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  for (const name of names) await row(page, name).waitFor({ state: "detached" })
})

test("one that can't be deleted is named, and the others go", async (t) => {
  const { page, signIn } = await here.visit(t, { allowed: [500] })
  await signIn(ADMIN, "/?q=wool&sort=name")
  await rows(page).nth(2).waitFor()
  const names = (await table(page).getByRole("rowheader").allInnerTexts())
    .slice(0, 2)
    .map((text) => text.split("\n")[0])
  for (const name of names) await page.getByRole("checkbox", { name: `Choose ${name}`, exact: true }).check()
  await page.getByRole("button", { name: "Delete…" }).click()
  const { id } = await here.platform.api("GET", `/api/v1/stores/${names[0]}`)
  // Answered here: the provisioner has no fault on request.
  await page.route(
    `**/api/v1/stores/${id}`,
    (route) =>
      route.fulfill({ status: 500, contentType: "application/problem+json", body: '{"title":"fault","status":500}' }),
    { times: 1 },
  )
  const dialog = page.getByRole("dialog", { name: "Delete 2 stores?" })
  await dialog.getByRole("textbox").fill("delete 2")
  await page.keyboard.press("Enter")
  const left = page.getByRole("dialog", { name: `Delete ${names[0]}?` })
  await left.getByText("One store was not deleted").waitFor()
  await left.getByRole("alert").getByText(names[0]).waitFor()
  await accessible(page)
  await left.getByRole("button", { name: "Keep it" }).click()
  await row(page, names[1]).waitFor({ state: "detached" })
  await row(page, names[0]).waitFor()
})

test("more at once than anybody is let: the rest waits its turn, and goes", async (t) => {
  const { page, context, signIn } = await here.visit(t, { allowed: [429] })
  await signIn(ADMIN, "/?q=fern&sort=name")
  await page.getByRole("checkbox", { name: "Choose all stores that are shown" }).check()
  await page.getByRole("button", { name: "Delete…" }).click()
  // By its name: what tells at the end that it is done is a dialog too.
  const dialog = page.getByRole("dialog", { name: /^Delete \d+ stores/ })
  const [, count] = /Delete (\d+) stores/.exec(await dialog.getByRole("heading").innerText())
  let refused = 0
  page.on("response", (answer) => {
    if (answer.request().method() === "DELETE" && answer.status() === 429) refused += 1
  })
  // The account's allowance is used up by another of its programs, until the page has met the limit.
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")
  const ask = () => fetch(new URL("/api/v1/engines", here.platform.url), { headers: { cookie } })
  const empty = Promise.withResolvers()
  const lane = async () => {
    while (refused === 0) if ((await ask()).status === 429) empty.resolve()
  }
  const lanes = Array.from({ length: 12 }, lane)
  await empty.promise
  await dialog.getByRole("textbox").fill(`delete ${count}`)
  await page.keyboard.press("Enter")
  await Promise.all(lanes)
  await dialog.waitFor({ state: "detached", timeout: 60_000 })
  await page.getByText(`${count} stores are being deleted`).waitFor()
  await page.getByRole("heading", { name: "No store matches" }).waitFor()
})

test("a viewer sees everything and is told why nothing can be changed", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(VIEWER)
  await rows(page).nth(2).waitFor()
  assert.ok(await rows(page).nth(2).getByRole("checkbox").isDisabled())
  const create = page.getByRole("button", { name: "New store" })
  assert.equal(await create.getAttribute("aria-disabled"), "true")
  await create.focus()
  await page.keyboard.press("Shift+Tab")
  await page.keyboard.press("Tab")
  await page.getByRole("tooltip").getByText("Your role is viewer").waitFor()
  await accessible(page)
})

test("the list that can't be had says so, and comes when it is asked for again", async (t) => {
  const { page, signIn, picture } = await here.visit(t, { allowed: [500, 503] })
  // Answered here: the provisioner has no fault on request.
  let broken = true
  await page.route("**/api/v1/stores?*", (route) => {
    if (!broken) return route.fallback()
    const body = {
      type: "urn:store-platform:problem:internal",
      title: "internal fault",
      status: 500,
      requestId: "r-17",
    }
    return route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify(body) })
  })
  await signIn()
  await page.getByRole("alert").getByText("Your stores could not be listed").waitFor()
  await page.getByText("r-17").waitFor()
  await accessible(page)
  await picture("stores-fault")
  broken = false
  await page.getByRole("button", { name: "Try again" }).click()
  await rows(page).nth(2).waitFor()
})

test("the list does not jump when it arrives", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn()
  await rows(page).nth(2).waitFor()
  await page.addInitScript(() => {
    globalThis.shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shift += entry.value
    }).observe({ type: "layout-shift", buffered: true })
  })
  await page.reload()
  await rows(page).nth(2).waitFor()
  await page.waitForTimeout(500)
  const shift = await page.evaluate(() => globalThis.shift)
  assert.ok(shift < 0.02, `layout shift ${shift}`)
})

for (const [words, options] of [
  ["a phone", { viewport: PHONE }],
  ["a phone in the dark", { viewport: PHONE, colorScheme: "dark" }],
  ["the dark", { viewport: DESKTOP, colorScheme: "dark" }],
]) {
  test(`the list fits ${words}`, async (t) => {
    const { page, signIn, picture } = await here.visit(t, options)
    await signIn()
    await rows(page).nth(2).waitFor()
    await accessible(page)
    await picture(`stores-${words.replaceAll(" ", "-")}`)
  })
}
