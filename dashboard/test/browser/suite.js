import { accountsMake, launch, visitor } from "./browser.js"
import { platformStart } from "./server.js"
import { shared } from "./shared.js"

/** One platform and one browser for the tests of a file. `accounts: false` leaves it as it is right after installing. */
export function suite({ provisioner = [], accounts = true } = {}) {
  const held = {
    /** Somebody with an empty browser; what the page must not do fails the test when it ends. */
    async visit(t, options) {
      const guest = await visitor(held.browser, held.platform, options)
      t.after(() => guest.end())
      return guest
    },
  }
  shared(
    async () => {
      held.platform = await platformStart(provisioner)
      if (accounts) await accountsMake(held.platform)
      held.browser = await launch()
    },
    async () => {
      await held.browser?.close()
      await held.platform?.end()
    },
  )
  return held
}
