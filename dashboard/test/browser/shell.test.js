// What is around every page: the way there, the theme, the connection, and what happens when something is missing.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, hasFocus } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "3"] })

const list = (page) => page.getByRole("table", { name: "Stores" }).getByRole("row").nth(2)

test("an address that there is not says so, and leads back", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn(ADMIN, "/no/such/page")
  await page.getByRole("heading", { name: "There is no such page" }).waitFor()
  assert.match(await page.title(), /Not found/)
  await accessible(page)
  await picture("not-found")
  await page.getByRole("link", { name: "Go to your stores" }).click()
  await list(page).waitFor()
})

test("the keyboard reaches everything, and the first stop skips to the content", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn()
  await list(page).waitFor()
  await page.reload()
  await list(page).waitFor()
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent)
  await page.keyboard.press("Tab")
  assert.equal(await focused(), "Skip to the content")
  await picture("skip-link")
  await page.keyboard.press("Enter")
  await hasFocus(page.getByRole("main"))
  await page.keyboard.press("Tab")
  assert.match(await focused(), /New store/)

  // A menu by the keyboard: opened, walked, left by Escape with the focus where it was.
  await page.getByRole("button", { name: "Theme" }).focus()
  await page.keyboard.press("Enter")
  await page.getByRole("menuitemradio", { name: "Dark" }).waitFor()
  await accessible(page)
  await page.keyboard.press("Escape")
  await page.getByRole("menuitemradio", { name: "Dark" }).waitFor({ state: "detached" })
  await hasFocus(page.getByRole("button", { name: "Theme" }))
  await page.keyboard.press("ArrowDown")
  await page.getByRole("menuitemradio", { name: "Dark" }).waitFor()
  await page.waitForFunction(() => document.activeElement?.closest('[role="menu"]'))
  await page.keyboard.press("End")
  await page.keyboard.press("Enter")
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark")
})

test("the theme is kept, and there before the first paint", async (t) => {
  const { page, signIn } = await here.visit(t, { colorScheme: "light" })
  await signIn()
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  // Colours may fade into each other.
  const becomes = (test, than) =>
    page.waitForFunction(
      ([test, than]) => (getComputedStyle(document.body).backgroundColor === than) === (test === "is"),
      [test, than],
    )
  const settled = () =>
    page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== "running"))
  const light = await ground()
  await page.getByRole("button", { name: "Theme" }).click()
  await page.getByRole("menuitemradio", { name: "Dark" }).click()
  await becomes("is not", light)
  await settled()
  const dark = await ground()
  await page.reload({ waitUntil: "commit" })
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark")
  await list(page).waitFor()
  assert.equal(await ground(), dark)
  await accessible(page)
  await page.getByRole("button", { name: "Theme" }).click()
  await page.getByRole("menuitemradio", { name: "As the system" }).click()
  await becomes("is", light)
})

test("offline is told, and everything is brought up to date afterwards", async (t) => {
  const { page, context, signIn, picture } = await here.visit(t, { allowed: ["offline"] })
  await signIn()
  await list(page).waitFor()
  await context.setOffline(true)
  await page.getByText("You are offline").waitFor()
  await accessible(page)
  await picture("offline")
  await here.platform.api("POST", "/api/v1/stores", { name: "while-offline", engine: "medusa" })
  await context.setOffline(false)
  await page.getByText("You are offline").waitFor({ state: "detached" })
  await page.getByRole("row", { name: /while-offline/ }).waitFor()
})

test("a cut connection is told, taken up again, and nothing is missed", async (t) => {
  const { page, signIn, picture } = await here.visit(t, { allowed: ["offline"] })
  await signIn()
  await list(page).waitFor()
  await here.platform.nginx.cut()
  await page.getByText("Reconnecting…").waitFor()
  await accessible(page)
  await picture("reconnecting")
  await here.platform.api("POST", "/api/v1/stores", { name: "while-cut", engine: "medusa" })
  await here.platform.nginx.back()
  await page.getByRole("row", { name: /while-cut/ }).waitFor()
  await page.getByText("Reconnecting…").waitFor({ state: "detached" })
})

test("there is one stream of events, whatever is on the screen", async (t) => {
  const { page, signIn } = await here.visit(t)
  const streams = []
  page.on("request", (request) => {
    if (request.resourceType() === "eventsource") streams.push(request.url())
  })
  await signIn()
  await list(page).waitFor()
  await page.getByRole("link", { name: "Settings" }).click()
  await page.getByRole("heading", { name: "Account" }).waitFor()
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Stores" }).click()
  await list(page).waitFor()
  assert.equal(streams.length, 1, streams.join(" "))
})

test("without its configuration the dashboard says so", async (t) => {
  const { page, go, picture } = await here.visit(t, { allowed: [404] })
  // Answered here: as when the ConfigMap is not mounted yet.
  await page.route("**/config.json", (route) => route.fulfill({ status: 404, body: "" }))
  await go("/")
  await page.getByRole("heading", { name: "The dashboard could not start" }).waitFor()
  await accessible(page)
  await picture("no-config")
})

test("a first load without the API says so, and comes when it is back", async (t) => {
  const { page, signIn, go } = await here.visit(t, { allowed: [503] })
  await signIn()
  await list(page).waitFor()
  // Answered here: the provisioner's database is not taken away from the other tests.
  let away = true
  await page.route("**/api/v1/session", (route) => {
    if (!away) return route.fallback()
    const body = { title: "unavailable", status: 503, detail: "the database is away" }
    const headers = { "retry-after": "0" }
    return route.fulfill({ status: 503, headers, contentType: "application/problem+json", body: JSON.stringify(body) })
  })
  await go("/")
  await page.getByRole("alert").getByText("The platform is busy coming back").waitFor()
  await accessible(page)
  away = false
  await page.getByRole("button", { name: "Try again" }).click()
  await list(page).waitFor()
})

test("a tooltip comes for the pointer that stays, and not for the one that passes", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn()
  const owner = page.getByRole("table", { name: "Stores" }).locator("time").first()
  await owner.waitFor()
  await page.clock.install()
  const tip = page.locator("#tooltip:popover-open")
  await owner.hover()
  await page.getByRole("heading", { level: 1 }).hover()
  await page.clock.runFor(1_000)
  assert.equal(await tip.count(), 0)
  await owner.hover()
  await page.clock.runFor(1_000)
  assert.equal(await tip.count(), 1)
})

test("the header reaches from edge to edge, on a page that scrolls and on one that does not", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn()
  await list(page).waitFor()
  for (const height of [900, 300]) {
    await page.setViewportSize({ width: 1280, height })
    // The browser of the tests draws no scroll bars.
    const { x, width } = await page.getByRole("banner").boundingBox()
    assert.deepEqual([x, width], [0, 1280])
  }
})

test("a page that breaks takes nothing else with it", async (t) => {
  const { page, signIn, go, picture } = await here.visit(t, { allowed: ["fault"] })
  await signIn()
  await list(page).waitFor()
  // Answered here, and wrong: what no specification allows for.
  await page.route("**/api/v1/tokens", (route) =>
    route.fulfill({ json: { items: [{ name: "no dates", scope: "none" }] } }),
  )
  await go("/settings/tokens")
  await page.getByRole("heading", { name: "This could not be shown" }).waitFor()
  await page.getByRole("alert").getByText("This page has a fault").waitFor()
  await accessible(page)
  await picture("fault")
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Stores" }).click()
  await list(page).waitFor()
})

test("a page whose script another release's server has not got is asked for again", async (t) => {
  const { page, go } = await here.visit(t, { allowed: [404] })
  // Answered here, once: as by a pod of the release before.
  await page.route("**/assets/index-*.js", (route) => route.fulfill({ status: 404, body: "" }), { times: 1 })
  await go("/sign-in")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
})

test("a page whose script stays missing says so, and is not loaded for ever", async (t) => {
  const { page, go, picture } = await here.visit(t, { allowed: [404] })
  let asked = 0
  // Answered here, always: as by a release that is broken.
  await page.route("**/assets/index-*.js", (route) => {
    asked += 1
    return route.fulfill({ status: 404, body: "" })
  })
  await go("/sign-in")
  await page.getByRole("heading", { name: "The dashboard could not be loaded" }).waitFor()
  await accessible(page)
  await picture("not-whole")
  assert.equal(asked, 2)
})

test("a page that was open during an upgrade gets the new files", async (t) => {
  const { page, signIn } = await here.visit(t, { allowed: ["offline", "fault", 404] })
  await signIn()
  await list(page).waitFor()
  // Gone once, as the old release's are.
  await page.route("**/assets/AccountPage-*.js", (route) => route.fulfill({ status: 404, body: "" }), { times: 1 })
  await page.getByRole("link", { name: "Settings" }).click()
  await page.getByRole("heading", { name: "Account", level: 1 }).waitFor()
})
