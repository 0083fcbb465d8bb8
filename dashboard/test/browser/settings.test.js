// One's account, tokens for programs, and who may sign in.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite()

test("a token is shown once, works, and is refused once it is revoked", async (t) => {
  const { page, signIn, picture } = await here.visit(t)
  await signIn(ADMIN, "/settings/tokens")
  await page.getByRole("heading", { name: "No tokens yet" }).waitFor()
  await accessible(page)
  await page.getByRole("button", { name: "New token" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: "Make the token" }).click()
  await dialog.getByText("Say what it is for").waitFor()
  await accessible(page)
  await dialog.getByLabel("Name").fill("Deploy pipeline")
  await dialog.getByLabel("Good for").selectOption({ label: "a week" })
  await dialog.getByRole("button", { name: "Make the token" }).click()
  await page.getByRole("dialog", { name: "Copy the token now" }).waitFor()
  await accessible(page)
  await page.getByRole("button", { name: "Copy the token" }).click()
  const token = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(token, /^sp_/)
  const ask = () =>
    fetch(new URL("/api/v1/session", here.platform.url), { headers: { authorization: `Bearer ${token}` } })
  const answer = await ask()
  assert.equal(answer.status, 200)
  assert.equal((await answer.json()).role, "viewer")

  await page.getByRole("button", { name: "I have copied it" }).click()
  const row = page.getByRole("row", { name: /Deploy pipeline/ })
  await row.getByText("in 6 days").waitFor()
  assert.equal((await page.content()).includes(token), false)
  await picture("tokens")
  await row.getByRole("button", { name: "Revoke Deploy pipeline" }).click()
  await page.getByRole("dialog", { name: "Revoke Deploy pipeline?" }).waitFor()
  await accessible(page)
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click()
  await row.waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  assert.equal((await ask()).status, 401)
})

test("a viewer's token is for looking", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(VIEWER, "/settings/tokens")
  await page.getByRole("button", { name: "New token" }).click()
  assert.deepEqual(await page.getByLabel("What it may do").getByRole("option").allInnerTexts(), ["Look (viewer)"])
})

test("people are added and removed; nobody twice, and not oneself", async (t) => {
  const { page, signIn, picture } = await here.visit(t, { allowed: [409, 422] })
  await signIn(ADMIN, "/settings/accounts")
  const mine = page.getByRole("button", { name: `Remove ${ADMIN.email}` })
  await mine.waitFor()
  assert.equal(await mine.getAttribute("aria-disabled"), "true")
  await accessible(page)
  await picture("people")

  await page.getByRole("button", { name: "Add somebody" }).click()
  const dialog = page.getByRole("dialog", { name: "Add somebody" })
  await accessible(page)
  await dialog.getByLabel("E-mail").fill(VIEWER.email)
  await dialog.getByLabel("First password").fill("a password for somebody")
  await dialog.getByRole("button", { name: "Add", exact: true }).click()
  await dialog.getByText("Somebody with this address is here already").waitFor()
  await accessible(page)
  await dialog.getByLabel("E-mail").fill("otto@example.com")
  await dialog.getByRole("button", { name: "Add", exact: true }).click()
  const row = page.getByRole("row", { name: /otto@example.com/ })
  await row.getByRole("cell", { name: "Viewer", exact: true }).waitFor()

  // His session will be over: the 401s that follow are the point.
  const otto = await here.visit(t, { allowed: [401] })
  await otto.signIn({ email: "otto@example.com", password: "a password for somebody" })
  await row.getByRole("button", { name: "Remove otto@example.com" }).click()
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click()
  await row.waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  await otto.go("/settings/account")
  await otto.page.getByRole("heading", { name: "Sign in" }).waitFor()
})

test("a role is changed, for who is signed in with it too; the last administrator stays one", async (t) => {
  const account = { email: "olga@example.com", password: "olga has a passphrase" }
  await here.platform.api("POST", "/api/v1/accounts", { ...account, role: "viewer" })
  const { page, signIn, picture } = await here.visit(t, { allowed: [409] })
  await signIn(ADMIN, "/settings/accounts")
  await page.getByRole("button", { name: `Role of ${ADMIN.email}` }).click()
  const mine = page.getByRole("dialog", { name: `Role of ${ADMIN.email}` })
  const submit = mine.getByRole("button", { name: "Change the role" })
  assert.equal(await submit.getAttribute("aria-disabled"), "true", "nothing is chosen")
  await mine.getByLabel("Role").selectOption("viewer")
  await mine.getByText("This is you").waitFor()
  await submit.click()
  await mine.getByRole("alert").getByText("The role was not changed").waitFor()
  await mine.getByRole("alert").getByText("make another one first").waitFor()
  await accessible(page)
  await picture("role-last-administrator")
  await page.keyboard.press("Escape")
  await mine.waitFor({ state: "detached" })

  const button = page.getByRole("button", { name: `Role of ${account.email}` })
  const row = page.getByRole("row", { name: new RegExp(account.email) })
  const change = async (to, title) => {
    await button.click()
    const dialog = page.getByRole("dialog", { name: `Role of ${account.email}` })
    await dialog.getByLabel("Role").selectOption(to)
    assert.equal(await dialog.getByText("This is you").count(), 0)
    await dialog.getByRole("button", { name: "Change the role" }).click()
    await dialog.waitFor({ state: "detached" })
    await row.getByRole("cell", { name: title, exact: true }).waitFor()
    await hasFocus(button)
  }
  await change("admin", "Administrator")
  const olga = await here.visit(t, { allowed: [403] })
  await olga.signIn(account, "/settings/accounts")
  await olga.page.getByRole("button", { name: "Add somebody" }).click()
  const dialog = olga.page.getByRole("dialog", { name: "Add somebody" })
  await dialog.getByLabel("E-mail").fill("zoe@example.com")
  await dialog.getByLabel("First password").fill("a password for somebody")

  await change("viewer", "Viewer")
  await dialog.getByRole("button", { name: "Add", exact: true }).click()
  await dialog.getByRole("alert").getByText("Nobody was added").waitFor()
  await olga.page.getByRole("link", { name: "People", includeHidden: true }).waitFor({ state: "detached" })
})

test("who gives up the role of administrator is told so before and led on after", async (t) => {
  const account = { email: "ines@example.com", password: "ines has a passphrase" }
  await here.platform.api("POST", "/api/v1/accounts", { ...account, role: "admin" })
  const { page, signIn, picture } = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  await signIn(account, "/settings/accounts")
  await page.getByRole("button", { name: `Role of ${account.email}` }).click()
  const dialog = page.getByRole("dialog", { name: `Role of ${account.email}` })
  await accessible(page)
  await dialog.getByLabel("Role").selectOption("viewer")
  await dialog.getByText("another administrator can").waitFor()
  await accessible(page)
  await picture("role-own")
  await dialog.getByRole("button", { name: "Change the role" }).click()
  await page.waitForURL("**/settings/account")
  await page.getByText("Viewer: may look, and change nothing").waitFor()
  assert.equal(await page.getByRole("link", { name: "People" }).count(), 0)
  await accessible(page)
})

test("a viewer may not see who else is here (403)", async (t) => {
  const { page, signIn, picture } = await here.visit(t, { allowed: [403] })
  await signIn(VIEWER, "/settings/accounts")
  await page.getByRole("alert").getByText("You may not do this").waitFor()
  assert.equal(await page.getByRole("link", { name: "People" }).count(), 0)
  await accessible(page)
  await picture("forbidden")
})

test("a password is changed, and other devices are signed out", async (t) => {
  const account = { email: "pia@example.com", password: "pia has a passphrase" }
  const next = "pia has another one"
  await here.platform.api("POST", "/api/v1/accounts", { ...account, role: "viewer" })
  // Its session will be over, and its stream with it.
  const other = await here.visit(t, { allowed: [401] })
  await other.signIn(account)
  const { page, signIn, picture } = await here.visit(t, { allowed: [422] })
  await signIn(account, "/settings/account")
  await accessible(page)
  await picture("account")
  await page.getByLabel("Present password").fill("wrong")
  await page.getByLabel("New password").fill(next)
  await page.getByRole("button", { name: "Change the password" }).click()
  await page.waitForFunction(() => document.querySelector('[name="current"]')?.getAttribute("aria-invalid") === "true")
  await accessible(page)
  await page.getByLabel("Present password").fill(account.password)
  await page.getByRole("button", { name: "Change the password" }).click()
  await page.getByText("Your password is changed").waitFor()
  await accessible(page)
  await other.go("/settings/account")
  await other.page.getByRole("heading", { name: "Sign in" }).waitFor()
  await other.signIn({ ...account, password: next })
})

for (const path of ["/settings/account", "/settings/tokens", "/settings/accounts"]) {
  test(`${path} fits a phone in the dark`, async (t) => {
    const { page, signIn, picture } = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
    await signIn(ADMIN, path)
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
    await accessible(page)
    await picture(`${path.split("/").at(-1)}-phone-dark`)
  })
}
