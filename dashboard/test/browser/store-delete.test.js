// Deleting: by the name typed, with what goes, what is in the way, and what was removed.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite()

async function ready(name) {
  const { id } = await here.platform.api("POST", "/api/v1/stores", { name, engine: "woocommerce" })
  while ((await here.platform.api("GET", `/api/v1/stores/${id}`)).phase !== "ready") {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return id
}

test("the name is typed, and the page says what was removed", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  const id = await ready("cups")
  await owner.signIn()
  await owner.go("/stores/cups")
  await page.getByRole("button", { name: "Delete", exact: true }).click()
  const dialog = page.getByRole("dialog", { name: "Delete Cups" })
  for (const words of ["its database: all products, customers and orders", "This can't be undone."]) {
    await dialog.getByText(words).waitFor()
  }
  await owner.picture("store-delete")
  await accessible(page)

  const name = dialog.getByRole("textbox", { name: "Type cups to confirm" })
  await name.fill("cup")
  await dialog.getByRole("button", { name: "Delete the store" }).click()
  await dialog.getByText("That is not the store's name. Type cups.").waitFor()
  await accessible(page)
  assert.equal((await here.platform.api("GET", "/api/v1/stores/cups")).phase, "ready")

  await name.fill("cups")
  await dialog.getByRole("button", { name: "Delete the store" }).click()
  await page.getByRole("heading", { name: "The store is deleted" }).waitFor()
  await page.getByText("namespace/cups").waitFor()
  await page.getByText("persistentvolume/pv-cups-data").waitFor()
  assert.equal(new URL(page.url()).pathname, `/stores/${id}`)
  await owner.picture("store-deleted")
  await accessible(page)
  await page.reload()
  await page.getByRole("heading", { name: "The store is deleted" }).waitFor()
  for (const action of ["Open store", "Log in to admin", "Delete"]) {
    assert.equal(await page.getByRole("button", { name: action }).getAttribute("aria-disabled"), "true", action)
  }

  await page.getByRole("link", { name: "Go to your stores" }).click()
  await page.waitForURL((url) => url.pathname === "/")
  // The name is free: whoever takes it sees the new store at the old address.
  await here.platform.api("POST", "/api/v1/stores", { name: "cups", engine: "woocommerce", title: "Cups again" })
  await owner.go("/stores/cups")
  await page.getByRole("heading", { level: 1, name: "Cups again" }).waitFor()
})

test("what is in the way of a deletion is said", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await ready("plates")
  await here.platform.script("plates", { deleteBlocked: "finalizer example.com/keep on pod plates-0" })
  await owner.signIn()
  await owner.go("/stores/plates?ask=delete")
  await page.getByRole("textbox", { name: "Type plates to confirm" }).fill("plates")
  await page.keyboard.press("Enter")
  const alert = page.getByRole("alert")
  await alert.getByText("Something in the cluster does not let go of the store.").waitFor()
  await alert.getByText("finalizer example.com/keep on pod plates-0").waitFor()
  await page.getByText("Waiting for what is in the way; then it goes on by itself.").waitFor()
  await owner.picture("store-delete-blocked")
  await accessible(page)
  await here.platform.script("plates", {})
  await page.getByRole("heading", { name: "The store is deleted" }).waitFor()
})

test("keeping the store keeps it, and gives the focus back", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await ready("linen")
  await owner.signIn()
  await owner.go("/stores/linen")
  const button = page.getByRole("button", { name: "Delete", exact: true })
  await button.focus()
  await page.keyboard.press("Enter")
  const dialog = page.getByRole("dialog", { name: "Delete Linen" })
  await dialog.waitFor()
  await accessible(page)
  await owner.picture("store-delete-phone-dark")
  // The focus stays within.
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press("Tab")
    // At the ends it goes by a guard outside, for a frame.
    await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]'))
  }
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "detached" })
  await hasFocus(button)
  assert.equal((await here.platform.api("GET", "/api/v1/stores/linen")).phase, "ready")
})

test("a viewer can't, not even by the address", async (t) => {
  const viewer = await here.visit(t)
  const { page } = viewer
  await ready("books")
  await viewer.signIn(VIEWER)
  await viewer.go("/stores/books?ask=delete")
  await page.getByText(/^Sold: order/).waitFor()
  assert.equal(await page.getByRole("dialog").count(), 0)
  assert.equal(await page.getByRole("button", { name: "Delete" }).getAttribute("aria-disabled"), "true")
})
