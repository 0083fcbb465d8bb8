// From the first visit to being signed in, and out again.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, PHONE } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ accounts: false })

test("the first visit makes the first administrator, with the one-time code", async (t) => {
  const { page, go, picture } = await here.visit(t, { allowed: [422] })
  await go("/stores/anything")
  await page.getByRole("heading", { name: "Welcome" }).waitFor()
  assert.equal(new URL(page.url()).pathname, "/setup")
  await accessible(page)

  const done = page.getByRole("button", { name: "Make me the administrator" })
  await done.click()
  for (const words of [
    "Type the code that storectl printed",
    "This is not an e-mail address",
    "At least 12 characters",
  ]) {
    await page.getByText(words).waitFor()
  }
  assert.equal(await page.getByLabel("One-time code").getAttribute("aria-invalid"), "true")
  await accessible(page)

  await page.getByText("Where do I find the code?").click()
  await page.getByText("storectl setup").waitFor()
  await page.getByLabel("One-time code").fill("AAAA-BBBB-CCCC-DDDD")
  await page.getByLabel("Your e-mail").fill(ADMIN.email)
  await page.getByLabel("Password", { exact: true }).fill("passwordpassword")
  await done.click()
  // The server's own refusal, at the field, which has the focus.
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-invalid") === "true")
  await picture("setup-refused")
  await accessible(page)

  const { code } = await here.platform.api("POST", "/api/v1/setup/code")
  await page.getByLabel("One-time code").fill(code.toLowerCase())
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password)
  await done.click()
  await page.getByRole("heading", { name: "Your first store is three answers away" }).waitFor()
  await accessible(page)
  await picture("stores-empty")
})

test("once there is an administrator, the set-up leads to the sign-in", async (t) => {
  const { page, go } = await here.visit(t)
  await go("/setup")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
})

test("a wrong password is told, and the right one leads to where one wanted to go", async (t) => {
  const { page, go, picture } = await here.visit(t, { allowed: [401] })
  await go("/settings/tokens")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await accessible(page)
  await page.getByLabel("E-mail").fill(ADMIN.email)
  await page.getByLabel("Password", { exact: true }).fill("not my password")
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("alert").getByText("E-mail or password is wrong").waitFor()
  await picture("sign-in-wrong")
  await accessible(page)
  // What was typed is chosen: typing again replaces it.
  await page.keyboard.type(ADMIN.password)
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: "API tokens" }).waitFor()
})

test("an address in the link never leads to another site", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(ADMIN, "https://evil.example/")
  assert.equal(page.url(), here.platform.url.href)
  await signIn(ADMIN, "//evil.example/")
  assert.equal(page.url(), here.platform.url.href)
})

test("a session that ended leads to the sign-in, and from there back to the same page", async (t) => {
  const { page, context, signIn, picture } = await here.visit(t, { allowed: [401] })
  await signIn(ADMIN, "/?q=cup&sort=name")
  await page.getByRole("heading", { name: "Your first store" }).waitFor()
  // Ended elsewhere: here the browser simply has no cookie any more.
  await context.clearCookies()
  await page.getByRole("link", { name: "Settings" }).click()
  await page.getByRole("link", { name: "API tokens" }).click()
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await page.getByText("Your session has ended").waitFor()
  await picture("session-ended")
  await accessible(page)
  await page.getByLabel("E-mail").fill(ADMIN.email)
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("heading", { name: "API tokens" }).waitFor()
  assert.equal(new URL(page.url()).pathname, "/settings/tokens")
})

test("signing out ends the session here, and everywhere where that is asked for", async (t) => {
  const here1 = await here.visit(t)
  const there = await here.visit(t, { allowed: [401] })
  await here1.signIn()
  await there.signIn()
  await here1.page.getByRole("button", { name: "Account" }).click()
  await here1.page.getByRole("menuitem", { name: "Sign out" }).click()
  await here1.page.getByRole("heading", { name: "Sign in" }).waitFor()
  await here1.go("/")
  await here1.page.getByRole("heading", { name: "Sign in" }).waitFor()

  // The other one is still in.
  await there.go("/settings/account")
  await there.page.getByRole("heading", { name: "Account" }).waitFor()
  await here1.signIn()
  await here1.go("/settings/account")
  await here1.page.getByRole("button", { name: "Sign out everywhere" }).click()
  const dialog = here1.page.getByRole("dialog")
  await dialog.waitFor()
  await accessible(here1.page)
  await dialog.getByRole("button", { name: "Sign out everywhere" }).click()
  await here1.page.getByRole("heading", { name: "Sign in" }).waitFor()
  await there.go("/settings/account")
  await there.page.getByRole("heading", { name: "Sign in" }).waitFor()
})

test("too many tries are told with the time to wait", async (t) => {
  const { page, go } = await here.visit(t, { allowed: [401, 429] })
  await go("/sign-in")
  await page.getByLabel("E-mail").fill("nobody@example.com")
  const refused = page.getByRole("alert").getByText("Too many requests")
  for (let tries = 0; tries < 40 && !(await refused.isVisible()); tries += 1) {
    await page.getByLabel("Password", { exact: true }).fill(`guess ${tries}`)
    const answered = page.waitForResponse((response) => response.url().endsWith("/api/v1/session"))
    await page.getByRole("button", { name: "Sign in" }).click()
    await answered
    await page.getByRole("alert").waitFor()
  }
  await refused.waitFor()
  await page.getByText(/Wait (a|\d+) seconds?, then try again/).waitFor()
})

test("the doorway fits a phone and the dark", async (t) => {
  const { page, go, picture } = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  await go("/sign-in")
  await page.getByRole("heading", { name: "Sign in" }).waitFor()
  await accessible(page)
  await picture("sign-in-phone-dark")
})
