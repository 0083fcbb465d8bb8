// A store that fails: its words, what the operator needs, and the way on after the cure.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite()

async function broken(name, page) {
  await here.platform.script(name, { imageBroken: true })
  await here.platform.api("POST", "/api/v1/stores", { name, engine: "medusa" })
  await page.goto(new URL(`/stores/${name}`, here.platform.url).href)
  await page.getByText("The cluster cannot fetch one of the store's images.").waitFor()
}

test("a failure says what happened, folds what the cluster said, and goes on after the cure", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await broken("linen", page)
  const alert = page.getByRole("alert")
  await alert.getByText("Ask the operator to check the image's name and the registry, then retry.").waitFor()
  const raw = alert.getByText("application: image not found: example.invalid/x:1")
  assert.equal(await raw.isVisible(), false, "the raw error is folded")
  await alert.getByText("What the cluster said").click()
  await raw.waitFor()
  await alert.getByText("image-pull", { exact: true }).waitFor()
  await alert.getByText("docs/failures.md").waitFor()
  await owner.picture("store-failed")
  await accessible(page)

  await here.platform.script("linen", {})
  await page.getByRole("button", { name: "Retry" }).press("Enter")
  await page.getByRole("button", { name: "Retry" }).waitFor({ state: "detached" })
  await hasFocus(page.getByRole("main"))
  await page.getByText(/^Sold: order/).waitFor()
  await page.getByText("The cluster cannot fetch").waitFor({ state: "detached" })
})

test("a failure is among the events, in the same words", async (t) => {
  const owner = await here.visit(t)
  const { page } = owner
  await owner.signIn()
  await broken("plates", page)
  await page.getByRole("navigation", { name: "Store" }).getByRole("link", { name: "Events" }).click()
  await page.getByRole("listitem").filter({ hasText: "The cluster cannot fetch one of the store's images." }).waitFor()
  await page.getByRole("heading", { name: "Today" }).waitFor()
  const titles = await page.getByRole("main").getByRole("listitem").getByRole("paragraph").allInnerTexts()
  const at = (words) => titles.findIndex((title) => title.startsWith(words))
  assert.ok(at("The cluster cannot fetch") < at("Database: done"), `newest first: ${titles}`)
  assert.ok(at("Database: done") < at("Asked for"), `newest first: ${titles}`)
  assert.equal(at("Installation: under way"), -1, "the noise is left out")
  await page.getByRole("switch", { name: "Every detail" }).click()
  await page.getByText("Installation: under way").waitFor()
  await accessible(page)
  await owner.picture("store-events", true)

  await here.platform.script("plates", {})
  await page.getByRole("button", { name: "Retry" }).click()
  // By the stream, onto the list that is shown.
  await page.getByText("Ready: the test order went through").waitFor()
})

test("on a phone in the dark", async (t) => {
  const owner = await here.visit(t, { viewport: PHONE, colorScheme: "dark" })
  await owner.signIn()
  await broken("candles", owner.page)
  await owner.page.getByText("What the cluster said").click()
  await accessible(owner.page)
  await owner.picture("store-failed-phone-dark", true)
})

test("a viewer sees why, and that the buttons are an administrator's", async (t) => {
  const viewer = await here.visit(t)
  const { page } = viewer
  await viewer.signIn(VIEWER)
  await broken("books", page)
  for (const name of ["Retry", "Try again from here", "Delete", "Delete the store", "Log in to admin"]) {
    const button = page.getByRole("button", { name, exact: true })
    assert.equal(await button.getAttribute("aria-disabled"), "true", name)
    await button.focus()
    await page.getByRole("tooltip").filter({ hasText: "Your role is viewer" }).waitFor()
    await button.press("Enter")
  }
  // Below the screen it comes into sight with the focus, and its words with it.
  await page.setViewportSize({ width: 1280, height: 320 })
  await page.evaluate(() => scrollTo(0, 0))
  const low = page.getByRole("button", { name: "Delete the store", exact: true })
  await low.focus()
  await page.waitForFunction(() => scrollY > 0)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  assert.ok(await page.getByRole("tooltip").isVisible(), "the words are gone")
  const [button, words] = [await low.boundingBox(), await page.getByRole("tooltip").boundingBox()]
  const apart = Math.max(words.y - button.y - button.height, button.y - words.y - words.height)
  assert.ok(apart >= 0 && apart < 20, `the words are ${apart} px from the button`)
  assert.equal((await here.platform.api("GET", "/api/v1/stores/books")).phase, "failed")
  assert.equal(await page.getByRole("dialog").count(), 0)
  await page.keyboard.press("Escape")
  await accessible(page)
  await viewer.picture("store-failed-viewer")
})
