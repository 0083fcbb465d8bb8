// What the page says where it can't show what was asked for: a store that is not there, and a platform that is older
// than the page. The answer is the real one for a route that does not exist: the browser is made to ask for one.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, PHONE } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "1"] })

async function older(page, route) {
  await page.route(`**/api/v1/stores/*/${route}`, (asked) =>
    asked.continue({ url: `${asked.request().url()}-of-later` }),
  )
}

test("an address without a store says so, and leads to those there are", async (t) => {
  const owner = await here.visit(t, { allowed: [404], viewport: PHONE })
  const { page } = owner
  await owner.signIn()
  await owner.go("/stores/nowhere/events")
  await page.getByRole("heading", { name: "There is no store “nowhere”" }).waitFor()
  await accessible(page)
  await page.getByRole("link", { name: "Go to your stores" }).click()
  await page.waitForURL((url) => url.pathname === "/")
})

for (const [part, route, words] of [
  ["logs", "components", "Logs are not available on this platform version"],
  ["usage", "usage", "Measurements are not available on this platform version"],
]) {
  test(`an older platform: ${part}`, async (t) => {
    const owner = await here.visit(t, { allowed: [404] })
    const { page } = owner
    await owner.signIn()
    await older(page, route)
    await owner.go(`/stores/cups-0/${part}`)
    await page.getByRole("heading", { name: words }).waitFor()
    await accessible(page)
  })
}

test("an older platform: logging in to the admin leads to the credentials", async (t) => {
  const owner = await here.visit(t, { allowed: [404] })
  const { page, context } = owner
  await owner.signIn()
  await older(page, "login-link")
  await owner.go("/stores/cups-0")
  await page.getByRole("button", { name: "Log in to admin" }).click()
  await page.getByText("Logging in by a link is not available on this platform version").waitFor()
  await owner.picture("store-no-login-link")
  await accessible(page)
  while (context.pages().length > 1) await page.waitForTimeout(50)
  assert.equal(context.pages()[0], page, "the tab that was opened for it is closed")
  await page.getByRole("main").getByRole("link", { name: "credentials", exact: true }).click()
  await page.waitForURL("**/stores/cups-0/credentials")
})
