// A customer in the shop: on a phone and at a desk, without JavaScript, with the keyboard alone.
import assert from "node:assert/strict"
import { test } from "node:test"
import { accessible, DESKTOP, launch, PHONE, visitor, wanted } from "./browser.js"
import { shared } from "./shared.js"

const url = new URL(wanted("SHOP_URL"))
const GUEST = {
  email: "ada@example.com",
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "Hauptstraße 1",
  postal_code: "10115",
  city: "Berlin",
}
let browser

shared(
  async () => {
    browser = await launch(url)
  },
  () => browser?.close(),
)

/** From the list to the thanks; `look` sees every page. */
async function buy({ page, go }, look) {
  await go("/")
  assert.match(await page.locator(".tally").innerText(), /\d+/)
  await look("1-list")

  // One variant of this one is sold out: it is shown, and can't be chosen.
  await page.locator('.card a[href="/products/amber-candle"]').click()
  await page.waitForLoadState()
  assert.equal(await page.locator(".choice.gone input:disabled").count(), 1)
  await look("2-product")
  await page.locator("form button.main").click()

  await go("/products/stoneware-mug")
  await page.locator('.choice:not(.gone) input[type="radio"]').nth(1).check()
  await page.locator("#quantity").fill("2")
  await page.locator("form button.main").click()
  await page.waitForURL("**/basket")
  assert.equal(await page.locator(".lines > li").count(), 2)
  assert.equal(await page.locator(".count").innerText(), "3")
  await look("3-basket")

  const mug = page.locator(".lines > li", { has: page.locator('a[href="/products/stoneware-mug"]') })
  const before = await page.locator(".sums .total dd").innerText()
  await mug.locator('input[name="quantity"]').fill("1")
  await mug.locator("form:not([action$=remove]) button").click()
  await page.waitForLoadState()
  assert.equal(await page.locator(".count").innerText(), "2")
  assert.notEqual(await page.locator(".sums .total dd").innerText(), before)
  await page.locator(".lines > li", { has: page.locator('a[href="/products/amber-candle"]') }).locator("form[action$=remove] button").click()
  await page.waitForLoadState()
  assert.equal(await page.locator(".lines > li").count(), 1)

  await page.locator('a[href="/checkout"]').click()
  await look("4-checkout")
  const placing = page.locator("#checkout button.main")
  await placing.click()
  await page.waitForLoadState()
  assert.equal(await page.locator("input[aria-invalid=true]").count(), Object.keys(GUEST).length)
  for (const name of Object.keys(GUEST)) {
    const input = page.locator(`[name="${name}"]`)
    const flaw = page.locator(`#${await input.getAttribute("aria-describedby")}`)
    assert.ok(await flaw.isVisible(), `the error beside ${name}`)
  }
  await look("5-errors")

  for (const [name, value] of Object.entries(GUEST)) await page.locator(`[name="${name}"]`).fill(value)
  const total = await page.locator(".sums .total dd").innerText()
  await placing.click()
  await page.waitForURL("**/orders/*")
  assert.equal(await page.locator(".sums .total dd").innerText(), total, "the total that was agreed to")
  assert.equal(await page.locator(".count").count(), 0, "the basket is empty again")
  await look("6-thanks")
  return page.url()
}

for (const [name, options] of [
  ["phone", { viewport: PHONE }],
  ["desktop", { viewport: DESKTOP }],
  ["phone-dark", { viewport: PHONE, colorScheme: "dark" }],
]) {
  test(`buy: ${name}`, async () => {
    const guest = await visitor(browser, url, name, options)
    await buy(guest, async (title) => {
      await guest.picture(title)
      await accessible(guest.page)
    })
    await guest.end()
  })
}

test("buy: without JavaScript", async () => {
  const guest = await visitor(browser, url, "no-javascript", { viewport: PHONE, javaScriptEnabled: false })
  await buy(guest, guest.picture)
  await guest.end()
})

test("an order is seen by who placed it, and by nobody else", async () => {
  const guest = await visitor(browser, url, "thanks", { viewport: DESKTOP })
  const order = await buy(guest, async () => {})
  assert.equal((await guest.page.goto(order)).status(), 200)
  await guest.end()
  const stranger = await visitor(browser, url, "thanks", { viewport: DESKTOP })
  assert.equal((await stranger.page.goto(order)).status(), 404)
  await stranger.end()
})

test("a double click places one order", async () => {
  const guest = await visitor(browser, url, "double", { viewport: DESKTOP })
  await guest.go("/products/stoneware-mug")
  await guest.page.locator("form button.main").click()
  await guest.page.locator('a[href="/checkout"]').click()
  for (const [name, value] of Object.entries(GUEST)) await guest.page.locator(`[name="${name}"]`).fill(value)
  const basket = (await guest.page.context().cookies()).find((cookie) => cookie.name === "basket")
  assert.ok(basket.httpOnly)
  // Both are on their way before the first is answered: each into a window of its own.
  const opened = []
  guest.page.context().on("page", (window) => opened.push(window))
  await guest.page.locator("#checkout").evaluate((form) => {
    for (const window of ["one", "other"]) {
      form.target = window
      form.submit()
    }
  })
  while (opened.length < 2) await guest.page.waitForTimeout(50)
  for (const window of opened) await window.waitForURL("**/orders/*")
  const [one, other] = opened.map((window) => window.url())
  assert.equal(one, other)
  // As if the answer had been lost: the browser still has its basket, and is led to the order.
  await guest.page.context().addCookies([basket])
  await guest.go("/basket")
  assert.equal(guest.page.url(), one)
  await guest.end()
})

test("with the keyboard alone", async () => {
  const guest = await visitor(browser, url, "keyboard", { viewport: DESKTOP })
  const { page } = guest
  /** Tab until the focus is there; on the way it must always be seen. */
  const reach = async (selector) => {
    for (let step = 0; step < 120; step += 1) {
      await page.keyboard.press("Tab")
      const [there, seen] = await page.evaluate((selector) => {
        const focused = document.activeElement
        const marked = (element, pseudo) => element && getComputedStyle(element, pseudo).outlineStyle !== "none"
        return [focused.matches(selector), marked(focused) || marked(focused, "::after") || marked(focused.closest("label"))]
      }, selector)
      assert.ok(seen, `no focus to be seen on the way to ${selector}`)
      if (there) return
    }
    assert.fail(`the keyboard does not reach ${selector}`)
  }
  await guest.go("/")
  await reach(".skip")
  await page.keyboard.press("Enter")
  await reach('a[href="/products/stoneware-mug"]')
  await page.keyboard.press("Enter")
  await page.waitForURL("**/products/stoneware-mug")
  await reach('input[name="variant"]')
  await page.keyboard.press("ArrowDown")
  assert.equal(await page.locator('input[name="variant"]').nth(1).isChecked(), true)
  await guest.picture("focus")
  await reach("form button.main")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/basket")
  await reach('a[href="/checkout"]')
  await page.keyboard.press("Enter")
  await page.waitForURL("**/checkout")
  for (const [name, value] of Object.entries(GUEST)) {
    await reach(`[name="${name}"]`)
    await page.keyboard.type(value)
  }
  await reach("#checkout button.main")
  await page.keyboard.press("Enter")
  await page.waitForURL("**/orders/*")
  await guest.end()
})

test("a form of another site is refused, and what is not there has a page", async () => {
  const guest = await visitor(browser, url, "problems", { viewport: PHONE })
  const { page } = guest
  assert.equal((await guest.go("/nothing-here")).status(), 404)
  await guest.picture("not-found")
  await accessible(page)
  assert.equal((await guest.go("/products/never-made")).status(), 404)
  await guest.go("/basket")
  await guest.picture("empty-basket")
  await accessible(page)
  await page.goto("about:blank")
  await page.setContent(`<form method="post" action="${new URL("/basket/items", url)}"><input name="variant" value="variant_1"></form>`)
  const answer = page.waitForResponse("**/basket/items")
  await page.locator("form").evaluate((form) => form.submit())
  assert.equal((await answer).status(), 403)
  await page.waitForLoadState()
  await guest.picture("refused")
  await accessible(page)
  await guest.end()
})
