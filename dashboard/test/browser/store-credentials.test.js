// Credentials: hidden until asked for, recorded when shown, forgotten when left.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "2"] })

/** As the API says them, beside the page. The second store is a WooCommerce shop. */
const PAGE = "/stores/linen-1/credentials"
const told = () => here.platform.api("GET", `/api/v1${PAGE}`)

const tab = (page, name) => page.getByRole("navigation", { name: "Store" }).getByRole("link", { name })

test("nothing is fetched before it is asked for; then it can be read and copied; leaving forgets it", async (t) => {
  const secrets = await told()
  const owner = await here.visit(t)
  const { page } = owner
  const asked = []
  page.on("request", (request) => {
    if (request.url().endsWith("/credentials") && request.resourceType() === "fetch") asked.push(request.url())
  })
  await owner.signIn()
  await owner.go(PAGE)
  await page.getByText("That you look is recorded among the store's events").waitFor()
  assert.deepEqual(asked, [])
  await owner.picture("store-credentials-hidden")
  await accessible(page)

  await page.getByRole("button", { name: "Reveal" }).click()
  await page.getByText(secrets.adminPassword).waitFor()
  assert.equal(asked.length, 1)
  await owner.picture("store-credentials")
  await accessible(page)
  for (const [what, value] of [
    ["the user name", secrets.adminUser],
    ["the password", secrets.adminPassword],
    ...secrets.keys.map(({ title, value }) => [`the ${title.toLowerCase()}`, value]),
  ]) {
    await page.getByRole("button", { name: `Copy ${what}`, exact: true }).click()
    await page.getByText(`Copied ${what}`, { exact: true }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), value)
    // The pointer leaves, and its tooltip with it, which else lies above the next row's button.
    await page.mouse.move(0, 0)
  }

  await tab(page, "Events").click()
  await page.getByText("Passwords and keys were shown to ada@example.com").waitFor()
  assert.ok(!(await page.content()).includes(secrets.adminPassword))
  await tab(page, "Credentials").click()
  await page.getByRole("button", { name: "Reveal" }).waitFor()
  assert.ok(!(await page.content()).includes(secrets.adminPassword), "it was remembered")
  assert.equal(asked.length, 1, "it was fetched by itself")
})

test("hiding hides", async (t) => {
  const secrets = await told()
  const owner = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  const { page } = owner
  await owner.signIn()
  await owner.go(PAGE)
  await page.getByRole("button", { name: "Reveal" }).click()
  await page.getByText(secrets.adminPassword).waitFor()
  await accessible(page)
  await owner.picture("store-credentials-phone-dark", true)
  await page.getByRole("button", { name: "Hide" }).click()
  await page.getByText(secrets.adminPassword).waitFor({ state: "detached" })
})

test("a viewer may not, and is told so; the server says the same", async (t) => {
  const viewer = await here.visit(t, { allowed: [403] })
  const { page } = viewer
  await viewer.signIn(VIEWER)
  await viewer.go(PAGE)
  assert.equal(await page.getByRole("button", { name: "Reveal" }).getAttribute("aria-disabled"), "true")
  await page.getByText("Your role is viewer; an administrator can do this.").waitFor()
  await accessible(page)
  const status = await page.evaluate(async () => (await fetch("/api/v1/stores/linen-1/credentials")).status)
  assert.equal(status, 403)
})

test("without a connection it says so, and offers to try again", async (t) => {
  const secrets = await told()
  const owner = await here.visit(t, { allowed: ["offline"] })
  const { page } = owner
  await owner.signIn()
  await owner.go(PAGE)
  await page.getByRole("button", { name: "Reveal" }).waitFor()
  await here.platform.nginx.cut()
  await page.getByRole("button", { name: "Reveal" }).click()
  const alert = page.getByRole("alert").filter({ hasText: "The credentials could not be read" })
  await alert.getByText("No connection.").waitFor()
  await accessible(page)
  await here.platform.nginx.back()
  await alert.getByRole("button", { name: "Try again" }).click()
  await page.getByText(secrets.adminPassword).waitFor()
})
