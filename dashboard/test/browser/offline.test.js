// What is pressed without a network is refused at once, and is not done later by itself.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, hasFocus } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "3"] })

/** Whatever would change something, as the browser sends it. */
function changes(page) {
  const sent = []
  page.on("request", (request) => {
    if (request.method() !== "GET") sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return sent
}

/** Back, and an answer later: what had been waiting would have been sent before it. */
async function back({ page, context }) {
  await context.setOffline(false)
  await page.getByText("You are offline").waitFor({ state: "detached" })
  await page.evaluate(() => fetch("/api/v1/session"))
}

test("a deletion that was pressed offline is refused, and the store stays", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page, context } = owner
  await owner.signIn(ADMIN, "/stores/cups-0")
  await page.getByText(/^Sold: order/).waitFor()
  await page.getByRole("button", { name: "Delete", exact: true }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("textbox").fill("cups-0")
  await context.setOffline(true)
  await page.getByText("You are offline").waitFor()
  await dialog.getByRole("button", { name: "Delete the store" }).click()
  await dialog.getByRole("alert").getByText("No connection").waitFor()
  await accessible(page)
  await owner.picture("store-delete-offline")
  await dialog.getByRole("button", { name: "Keep the store" }).click()
  await dialog.waitFor({ state: "detached" })
  const sent = changes(page)
  await back(owner)
  assert.deepEqual(sent, [])
  assert.equal((await here.platform.api("GET", "/api/v1/stores/cups-0")).phase, "ready")
  await page.getByRole("status", { name: "Status" }).getByText("Ready").waitFor()
})

test("a store that was asked for offline is not made when the network is back", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page, context } = owner
  await owner.signIn(ADMIN, "/new")
  await page.getByLabel("Name", { exact: true }).fill("not-yet")
  await page.getByText("This address is free").waitFor()
  await context.setOffline(true)
  await page.getByText("You are offline").waitFor()
  await page.getByRole("button", { name: "Create store" }).click()
  await page.getByRole("alert").getByText("No connection").waitFor()
  await accessible(page)
  const sent = changes(page)
  await back(owner)
  assert.deepEqual(sent, [])
  // The form still holds what was typed, and is sent when somebody wants it.
  await page.getByRole("button", { name: "Create store" }).click()
  await page.waitForURL("**/stores/not-yet")
})

test("a page that was not looked at before says that there is no connection, and is there when it is back", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline", "fault"] })
  const { page, context } = owner
  await owner.signIn(ADMIN, "/new")
  await page.getByLabel("Name", { exact: true }).fill("half-typed")
  await context.setOffline(true)
  await page.getByText("You are offline").waitFor()
  // Under the pointer it is asked for already: what was typed stays.
  const asked = page.waitForEvent("requestfailed", (request) => request.url().endsWith(".js"))
  await page.getByRole("link", { name: "Settings" }).hover()
  await asked
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "half-typed")
  await page.getByRole("link", { name: "Settings" }).click()
  const alert = page.getByRole("alert").filter({ hasText: "No connection" })
  await alert.waitFor()
  await accessible(page)
  await owner.picture("page-offline")
  await back(owner)
  await alert.getByRole("button", { name: "Try again" }).click()
  await page.getByLabel("Present password").waitFor()
})

test("who could not be signed out is told so, until it is done", async (t) => {
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page, context } = owner
  await owner.signIn(ADMIN, "/settings/account")
  await page.getByLabel("Present password").waitFor()
  // The menus are fetched when they are wanted.
  await page.getByRole("button", { name: "Account" }).hover()
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor()
  await context.setOffline(true)
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  const alert = page.getByRole("alert")
  await alert.getByText("You are still signed in").waitFor()
  await alert.getByText("No connection").waitFor()
  await accessible(page)
  await owner.picture("sign-out-offline")

  // The palette says the same; whoever would rather stay, stays, with the focus on the page.
  await alert.getByRole("button", { name: "Stay signed in" }).click()
  await alert.waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  const sent = changes(page)
  await back(owner)
  assert.deepEqual(sent, [])
  await page.keyboard.press("Control+k")
  await page.getByRole("option", { name: "Sign out" }).waitFor()
  await context.setOffline(true)
  await page.getByText("You are offline").waitFor()
  await page.getByRole("option", { name: "Sign out" }).click()
  await alert.getByText("You are still signed in").waitFor()
  await back(owner)
  await alert.getByRole("button", { name: "Try again" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await owner.go("/settings/account")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
})
