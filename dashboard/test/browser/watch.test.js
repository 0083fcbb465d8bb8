// That what a page must not do is noticed, in whichever of a visitor's tabs it is done.
import assert from "node:assert/strict"
import test from "node:test"
import { visitor } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ accounts: false })

test("a fault is noticed in the first tab, in another one, and in one that a page opens", async (t) => {
  const guest = await visitor(here.browser, here.platform)
  t.after(() => guest.context.close())
  const { page, context, faults } = guest
  await guest.go("/setup")
  const second = await context.newPage()
  await second.goto(page.url())
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.evaluate(() => void open(location.href))])
  await opened.waitForLoadState()
  assert.deepEqual(faults, [])
  for (const tab of [page, second, opened]) {
    const thrown = tab.waitForEvent("pageerror")
    await tab.evaluate(() => {
      console.error("said")
      setTimeout(() => {
        throw new Error("thrown")
      })
    })
    await thrown
    assert.deepEqual(faults.splice(0), [`console of ${tab.url()}: said`, `error on ${tab.url()}: thrown`])
  }
})
