// What is asked for when the page is opened: each thing once, and nothing that happens meanwhile is missed.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "3"] })

/** Long enough for what follows on the stream's first message. */
const SETTLE_MS = 1_000

const row = (page, name) => page.getByRole("row", { name: new RegExp(name) })

/** The paths of the API's GETs from now on, without their queries. */
function asked(page) {
  const paths = []
  page.on("request", (request) => {
    const { pathname } = new URL(request.url())
    if (request.method() === "GET" && pathname.startsWith("/api/")) paths.push(pathname)
  })
  return paths
}

/** A store that comes up, and of which nothing more is heard then: no later event makes up for one that was missed. */
async function storeMade(name) {
  await here.platform.api("POST", "/api/v1/stores", { name, engine: "medusa" })
  while ((await here.platform.api("GET", `/api/v1/stores/${name}`)).phase !== "ready") {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Holds the stream back until told to let it go. */
async function streamHold(page) {
  const { promise, resolve } = Promise.withResolvers()
  await page.route("**/api/v1/events*", async (route) => {
    await promise
    await route.fallback()
  })
  return resolve
}

test("each page reads what it shows once", async (t) => {
  const { page, signIn, go } = await here.visit(t)
  const paths = asked(page)
  const count = (path) => paths.filter((known) => known === path).length
  const streamOpens = () => page.waitForResponse("**/api/v1/events*")
  const settled = async (stream) => {
    await stream
    await page.waitForTimeout(SETTLE_MS)
  }
  let stream = streamOpens()
  await signIn(ADMIN, "/")
  await row(page, "tea|cups").first().waitFor()
  await settled(stream)
  assert.equal(count("/api/v1/stores"), 1, "after the sign-in")

  paths.length = 0
  stream = streamOpens()
  await page.reload()
  await row(page, "cups").first().waitFor()
  await settled(stream)
  assert.deepEqual([count("/api/v1/stores"), count("/api/v1/session")], [1, 1], "after a reload")

  paths.length = 0
  stream = streamOpens()
  await go("/stores/cups-0")
  await page.getByText(/^Sold: order/).waitFor()
  await settled(stream)
  assert.equal(count("/api/v1/stores/cups-0"), 1, "a store's own page")
})

test("what happens after the list was read and before the stream stands is shown", async (t) => {
  const { page, signIn, go } = await here.visit(t)
  await signIn(ADMIN, "/settings/account")
  const letGo = await streamHold(page)
  await go("/")
  await row(page, "cups").first().waitFor()
  await storeMade("between")
  assert.equal(await row(page, "between").count(), 0, "nothing tells of it yet")
  letGo()
  await row(page, "between").getByText("Ready").waitFor()
})

test("what happens while the list is on its way is shown, though the list is from before it", async (t) => {
  const { page, signIn, go } = await here.visit(t)
  await signIn(ADMIN, "/settings/account")
  let held = false
  // Answered before the store is made, and arriving after the stream has told all of it.
  await page.route("**/api/v1/stores?*", async (route) => {
    if (held) return route.fallback()
    held = true
    const response = await route.fetch()
    await storeMade("meanwhile")
    await page.waitForTimeout(SETTLE_MS)
    await route.fulfill({ response })
  })
  await go("/")
  await row(page, "meanwhile").getByText("Ready").waitFor()
})

test("after a sign-out everything is read anew", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(ADMIN, "/")
  await row(page, "cups").first().waitFor()
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await storeMade("overnight")
  const paths = asked(page)
  await page.getByLabel("E-mail").fill(ADMIN.email)
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await row(page, "overnight").getByText("Ready").waitFor()
  assert.ok(paths.includes("/api/v1/stores"))
})
