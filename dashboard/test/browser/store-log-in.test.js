// One press into the shop's admin: a link that works once, opened in a tab of its own.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

/** Medusa, WooCommerce. */
const here = suite({ provisioner: ["--stores", "2"] })
const button = (page) => page.getByRole("button", { name: "Log in to admin" })

for (const [store, door] of [
  ["cups-0", /^http:\/\/cups-0\.localhost:8080\/auth\/store-platform-login\?token=/],
  ["linen-1", /^http:\/\/linen-1\.localhost:8080\/wp-login\.php\?.*token=/],
]) {
  test(`a tab opens on ${store}'s own address, and knows nothing of the dashboard`, async (t) => {
    const owner = await here.visit(t)
    const { page, context } = owner
    await owner.signIn()
    // The shop is not there: only where the tab is sent is looked at, and what it may know.
    const asked = []
    await context.route(`http://${store}.localhost:8080/**`, async (route) => {
      asked.push({ url: route.request().url(), referrer: await route.request().headerValue("referer") })
      await route.fulfill({ contentType: "text/html", body: "<title>Admin</title>" })
    })
    await owner.go(`/stores/${store}`)
    const [tab] = await Promise.all([page.waitForEvent("popup"), button(page).click()])
    await tab.waitForURL(door)
    assert.equal(await tab.evaluate(() => globalThis.opener), null)
    assert.equal(asked.length, 1)
    assert.match(asked[0].url, door)
    assert.equal(asked[0].referrer, null)
    const token = new URL(asked[0].url).searchParams.get("token")
    assert.ok(!(await page.content()).includes(token), "the link is not left in the page")
    await tab.close()

    await page.getByRole("navigation", { name: "Store" }).getByRole("link", { name: "Events" }).click()
    await page.getByText("A link into the shop's admin was made for ada@example.com").first().waitFor()
  })
}

test("where the browser stops the tab, the page offers the link itself", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE })
  const { page } = owner
  await owner.signIn()
  await page.addInitScript(() => {
    globalThis.open = () => null
  })
  await owner.go("/stores/cups-0")
  await button(page).click()
  await page.getByText("Your browser did not let the new tab open").waitFor()
  const link = page.getByRole("link", { name: "Open the admin" })
  assert.match((await link.getAttribute("href")) ?? "", /token=/)
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer")
  await accessible(page)
  await owner.picture("store-log-in-stopped")
})

test("a store that is not ready any more says so, and no empty tab is left", async (t) => {
  const owner = await here.visit(t, { allowed: [409, "offline"] })
  const { page, context } = owner
  await here.platform.api("POST", "/api/v1/stores", { name: "vases", engine: "woocommerce" })
  await owner.signIn()
  await owner.go("/stores/vases")
  await page.getByText(/^Sold: order/).waitFor()
  // The page does not hear of it: what it shows is old when the button is pressed.
  await page.route("**/api/v1/stores/*", (route) =>
    route.request().method() === "GET" ? route.abort() : route.continue(),
  )
  await here.platform.script("vases", { deleteBlocked: "a finalizer of mine" })
  await here.platform.api("DELETE", "/api/v1/stores/vases")
  await button(page).click()
  await page.getByRole("alert").getByText("The log-in could not be made").waitFor()
  while (context.pages().length > 1) await page.waitForTimeout(50)
})

test("a viewer can't", async (t) => {
  const viewer = await here.visit(t)
  const { page } = viewer
  await viewer.signIn(VIEWER)
  await viewer.go("/stores/cups-0")
  await page.getByText(/^Sold: order/).waitFor()
  assert.equal(await button(page).getAttribute("aria-disabled"), "true")
})
