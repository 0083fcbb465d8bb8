// From nothing to an order, as people do it: the first administrator asks the dashboard for a store, a customer buys in
// it, and the administrator finds the order behind the dashboard's own link.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, DESKTOP, visitor, wanted } from "./browser.js"
import { checkout } from "./checkout.js"
import { shared } from "./shared.js"
import { launchTrusting } from "./trust.js"

const dashboard = new URL(wanted("DASHBOARD_URL"))
const engine = wanted("ENGINE")
const ADMIN = { email: "owner@example.com", password: "seven quiet lanterns above the harbour" }
/** A cold node pulls, a database sets itself up, a customer buys. */
const READY_MS = 600_000
let browser
let owner

shared(
  async () => {
    browser = await launchTrusting()
    owner = await visitor(browser, dashboard, "journey", { viewport: DESKTOP })
  },
  () => browser?.close(),
)

/** Signs in, after having made the first administrator where there is none. */
async function enter({ page, go, picture }) {
  await go("/")
  await page.getByRole("heading", { name: /Welcome|Sign in/ }).waitFor()
  if (new URL(page.url()).pathname === "/setup") {
    await page.getByLabel("One-time code").fill(wanted("SETUP_CODE"))
    await page.getByLabel("Your e-mail").fill(ADMIN.email)
    await page.getByLabel("Password", { exact: true }).fill(ADMIN.password)
    await picture("1-set-up")
    await page.getByRole("button", { name: "Make me the administrator" }).click()
    await page.getByRole("button", { name: "Account" }).click()
    await page.getByRole("menuitem", { name: "Sign out" }).click()
    await page.getByRole("heading", { name: "Sign in" }).waitFor()
  }
  await page.getByLabel("E-mail").fill(ADMIN.email)
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("button", { name: "Account" }).waitFor()
}

test("from the first sign-in to a customer's order in the shop's admin", async () => {
  const { page, go, picture } = owner
  await enter(owner)
  await picture("2-stores")

  await go("/new")
  await page.getByRole("radio", { name: new RegExp(engine, "i") }).check()
  await page.getByLabel("Name", { exact: true }).fill("Cups & Mugs")
  await page.getByText("This address is free").waitFor()
  await picture("3-create")
  await page.getByRole("button", { name: "Create store" }).click()
  await page.waitForURL("**/stores/*")
  await page.getByRole("status", { name: "Status" }).waitFor()
  await page.getByText(/[3-6] of 7 steps done/).waitFor({ timeout: READY_MS })
  await picture("4-progress")
  // Nobody reloads: what changes comes by itself.
  await page.getByText(/Sold: order #/).waitFor({ timeout: READY_MS })
  await accessible(page)
  await picture("5-ready")

  const link = page.getByRole("link", { name: "Open store" })
  const shop = new URL(await link.getAttribute("href"))
  const customer = await visitor(browser, shop, "journey", { viewport: DESKTOP })
  const number = await checkout[engine](customer)
  await customer.end()

  const opened = page.waitForEvent("popup")
  await page.getByRole("button", { name: "Log in to admin" }).click()
  const admin = await opened
  await admin.waitForURL((url) => url.hostname === shop.hostname, { timeout: 60_000 })
  await checkout.order[engine](admin, shop, number)
  await admin.screenshot({ path: `${wanted("SCREENSHOTS")}/journey/9-order-in-admin.png` })
  await owner.end()
  assert.match(number, /^\d+$/)
})
