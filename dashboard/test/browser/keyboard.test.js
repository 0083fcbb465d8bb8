// The palette, the help and the shortcuts; and a store's page by the keyboard alone.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ADMIN, accessible, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "12"] })

const path = (page) => new URL(page.url()).pathname
const list = (page) => page.getByRole("heading", { level: 1, name: "Stores" })

async function palette(page) {
  await page.keyboard.press("Control+k")
  const dialog = page.getByRole("dialog", { name: "Search and jump to" })
  await dialog.waitFor()
  // What is typed before it has the focus goes nowhere.
  await hasFocus(dialog.getByRole("combobox"))
  return dialog
}

test("the palette goes to a store by its name", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  const dialog = await palette(page)
  await owner.picture("palette")
  await accessible(page)
  await page.keyboard.type("books-3")
  await dialog.getByRole("option", { name: /books-3/ }).waitFor()
  await page.keyboard.press("Enter")
  await page.waitForURL("**/stores/books-3")
  await dialog.waitFor({ state: "detached" })
  await page.getByText(/^Sold: order/).waitFor()
})

test("the palette says where nothing is called so, and offers to make it", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  const dialog = await palette(page)
  await page.keyboard.type("qqq")
  await dialog.getByRole("option", { name: "Nothing is called “qqq”: create a store" }).waitFor()
  await accessible(page)
  await page.keyboard.press("Enter")
  await page.waitForURL("**/new")
})

test("the palette does what the page can do with its store, and says why not", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/books-3")
  await page.getByText(/^Sold: order/).waitFor()
  let dialog = await palette(page)
  const retry = dialog.getByRole("option", { name: "Retry" })
  assert.equal(await retry.getAttribute("aria-disabled"), "true")
  assert.match(await retry.textContent(), /Only a store that has failed can be tried again\./)
  await owner.picture("palette-store")
  await page.keyboard.type("events")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/stores/books-3/events")
  await dialog.waitFor({ state: "detached" })
  dialog = await palette(page)
  await page.keyboard.type("delete")
  await page.keyboard.press("Enter")
  await page.getByRole("dialog", { name: /^Delete / }).waitFor()
  await page.keyboard.press("Escape")
})

test("the palette changes the theme and signs out", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE })
  const { page } = owner
  await owner.signIn()
  const dialog = await palette(page)
  await page.keyboard.type("theme dark")
  await page.keyboard.press("Enter")
  await dialog.waitFor({ state: "detached" })
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark")
  await palette(page)
  await accessible(page)
  await owner.picture("palette-phone-dark")
  await page.keyboard.type("sign out")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/sign-in*")
})

test("a viewer's palette says what is an administrator's", async (t) => {
  const viewer = await here.visit(t)
  const { page } = viewer
  await viewer.signIn(VIEWER)
  const dialog = await palette(page)
  const create = dialog.getByRole("option", { name: "Create a store" })
  assert.equal(await create.getAttribute("aria-disabled"), "true")
  assert.match(await create.textContent(), /Your role is viewer/)
})

test("shortcuts go where they say, and are silent while one types", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await list(page).waitFor()
  await page.keyboard.press("/")
  const search = page.getByRole("searchbox")
  await search.waitFor()
  await hasFocus(search)
  await page.keyboard.type("gs c ? 1 /")
  assert.equal(await search.inputValue(), "gs c ? 1 /")
  assert.equal(await page.getByRole("dialog").count(), 0)
  assert.equal(path(page), "/")

  await owner.go("/stores/books-3")
  await page.getByText(/^Sold: order/).waitFor()
  for (const [key, part] of [
    ["2", "/credentials"],
    ["3", "/events"],
    ["4", "/logs"],
    ["5", "/usage"],
    ["1", ""],
  ]) {
    await page.keyboard.press(key)
    await page.waitForURL((url) => url.pathname === `/stores/books-3${part}`)
  }
  // Together: the second is waited for a second only.
  await Promise.all([page.keyboard.press("g"), page.keyboard.press("a")])
  await page.waitForURL("**/settings/account")
  await Promise.all([page.keyboard.press("g"), page.keyboard.press("s")])
  await page.waitForURL((url) => url.pathname === "/")
  await page.keyboard.press("c")
  await page.waitForURL("**/new")
})

test("the help shows the table, and single keys can be turned off", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await list(page).waitFor()
  await page.keyboard.press("?")
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" })
  await dialog.getByRole("row", { name: /Create a store/ }).waitFor()
  await owner.picture("help")
  await accessible(page)
  await dialog.getByRole("switch", { name: /Single-key shortcuts/ }).click()
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "detached" })
  await page.keyboard.press("c")
  await page.keyboard.press("?")
  await page.waitForTimeout(300)
  assert.equal(path(page), "/")
  assert.equal(await page.getByRole("dialog").count(), 0)
  await page.reload()
  await list(page).waitFor()
  await page.keyboard.press("c")
  await palette(page)
  assert.equal(path(page), "/")
  await page.keyboard.type("keyboard")
  await page.keyboard.press("Enter")
  await dialog.waitFor()
})

test("a store's page by the keyboard alone", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/cups-0")
  await page.getByText(/^Sold: order/).waitFor()
  await tabTo(page, "link", "Events")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/stores/cups-0/events")
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  assert.equal(await focused(), "Events", "the focus stays on the tab that was chosen")
  await tabTo(page, "switch", "Every detail")
  await page.keyboard.press("Space")
  await page.getByRole("switch", { name: "Every detail", checked: true }).waitFor()
})

test("from the sign-in to the deletion without a mouse", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.go("/sign-in")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await tabTo(page, "textbox", "E-mail")
  await page.keyboard.type(ADMIN.email)
  await page.keyboard.press("Tab")
  await page.keyboard.type(ADMIN.password)
  await page.keyboard.press("Enter")
  await list(page).waitFor()

  await tabTo(page, "link", "New store")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/new")
  await page.getByRole("heading", { level: 1 }).waitFor()
  await tabTo(page, "textbox", "Name")
  await page.keyboard.type("By hand")
  await page.getByText("This address is free").waitFor()
  await tabTo(page, "button", "Create store")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/stores/by-hand")
  await page.getByText(/^Sold: order/).waitFor({ timeout: 60_000 })

  await tabTo(page, "link", "Credentials")
  await page.keyboard.press("Enter")
  await tabTo(page, "button", "Reveal")
  await page.keyboard.press("Enter")
  await page
    .getByRole("button", { name: /^Copy / })
    .first()
    .waitFor()

  // The other way round: what can be done with the store stands before its parts.
  await tabTo(page, "button", "Delete", "Shift+Tab")
  await page.keyboard.press("Enter")
  const dialog = page.getByRole("dialog", { name: "Delete By hand" })
  await dialog.waitFor()
  await tabTo(page, "textbox", "Type by-hand to confirm")
  await page.keyboard.type("by-hand")
  await page.keyboard.press("Enter")
  await page.getByRole("status", { name: "Status" }).getByText("Deleted").waitFor()
})

/** Presses Tab until that has the focus, as somebody without a mouse would. */
async function tabTo(page, role, name, key = "Tab") {
  const wanted = page.getByRole(role, { name, exact: true }).first()
  for (let press = 0; press < 60; press++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  assert.fail(`${key} never comes to the ${role} ${name}`)
}
