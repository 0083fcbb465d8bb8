// The owner in Medusa's admin: logs in over https and over http, and finds the order that a customer just placed.
import assert from "node:assert/strict"
import { test } from "node:test"
import { DESKTOP, launch, visitor, wanted } from "./browser.js"
import { shared } from "./shared.js"

const shop = new URL(wanted("SHOP_URL"))
const doors = { https: shop, http: new URL(wanted("SHOP_HTTP_URL")) }
let browser
let number

shared(
  async () => {
    browser = await launch(shop)
    number = await order()
  },
  () => browser?.close(),
)

/** A customer's order, by the shop's pages; its number. */
async function order() {
  const guest = await visitor(browser, shop, "admin", { viewport: DESKTOP })
  const { page } = guest
  await guest.go("/products/linen-tote-bag")
  await page.locator("form button.main").click()
  await page.locator('a[href="/checkout"]').click()
  const entries = { email: "grace@example.com", first_name: "Grace", last_name: "Hopper", address_1: "Navy Yard 1", postal_code: "20003", city: "Washington" }
  for (const [name, value] of Object.entries(entries)) await page.locator(`[name="${name}"]`).fill(value)
  await page.locator("#checkout button.main").click()
  await page.waitForURL("**/orders/*")
  const number = new URL(page.url()).pathname.split("/").pop()
  await guest.end()
  return number
}

for (const [scheme, url] of Object.entries(doors)) {
  test(`log in over ${scheme} and see the order`, async () => {
    assert.equal(url.protocol, `${scheme}:`)
    const owner = await visitor(browser, url, "admin", { viewport: DESKTOP })
    const { page } = owner
    await owner.go("/app")
    await page.locator('input[name="email"]').fill(wanted("ADMIN_EMAIL"))
    await page.locator('input[name="password"]').fill(wanted("ADMIN_PASSWORD"))
    await owner.picture(`${scheme}-login`)
    await page.locator('button[type="submit"]').click()
    await page.waitForURL("**/app/orders**")
    const row = page.getByText(`#${number}`, { exact: true }).first()
    await row.waitFor()
    await owner.picture(`${scheme}-orders`)
    await row.click()
    await page.waitForURL("**/app/orders/order_*")
    await page.getByText("grace@example.com").first().waitFor()
    await owner.picture(`${scheme}-order`)
    // Logged in is what a reload still is: the cookie was taken.
    await page.reload()
    await page.getByText("grace@example.com").first().waitFor()
    // Medusa's admin is not ours: that it asks who is there (401 before the log-in) and what else it says in the console
    // is its own. A server that breaks, or refuses who is logged in, is for us.
    const broken = owner.faults.filter((fault) => /status of (403|5\d\d)/.test(fault))
    owner.faults.length = 0
    assert.deepEqual(broken, [])
    await owner.end()
  })
}
