// What a customer does in each engine's shop, and where its owner finds the order.

const GUEST = { email: "grace@example.com", first: "Grace", last: "Hopper", street: "Hauptstraße 1", code: "10115", city: "Berlin" }

/** A guest's order, by the pages alone; its number. */
async function woocommerce({ page, go, picture }) {
  await go("/shop/")
  await picture("6-shop")
  await page.getByRole("button", { name: /Add to cart/ }).first().click()
  await page.getByRole("link", { name: "View cart" }).waitFor()
  await go("/checkout/")
  await page.getByLabel("Email address").fill(GUEST.email)
  await page.getByLabel("First name").fill(GUEST.first)
  await page.getByLabel("Last name").fill(GUEST.last)
  await page.getByLabel("Address", { exact: true }).fill(GUEST.street)
  await page.getByLabel(/Post(al )?code/).fill(GUEST.code)
  await page.getByLabel("City").fill(GUEST.city)
  await picture("7-checkout")
  // The shop reckons shipping for the address; a click before that has ended is not taken.
  await page.getByLabel("City").press("Tab")
  await page.waitForLoadState("networkidle")
  await page.getByRole("button", { name: "Place Order" }).click()
  await page.waitForURL("**/order-received/**")
  await picture("8-thanks")
  return new URL(page.url()).pathname.match(/order-received\/(\d+)/)[1]
}

async function medusa({ page, go, picture }) {
  await go("/products/linen-tote-bag")
  await picture("6-shop")
  await page.locator("form button.main").click()
  await page.locator('a[href="/checkout"]').click()
  const entries = { email: GUEST.email, first_name: GUEST.first, last_name: GUEST.last, address_1: GUEST.street, postal_code: GUEST.code, city: GUEST.city }
  for (const [name, value] of Object.entries(entries)) await page.locator(`[name="${name}"]`).fill(value)
  await picture("7-checkout")
  await page.locator("#checkout button.main").click()
  await page.waitForURL("**/orders/*")
  await picture("8-thanks")
  return new URL(page.url()).pathname.split("/").pop()
}

/** The order in the owner's own list, signed in by the link alone. */
const order = {
  async woocommerce(admin, shop, number) {
    await admin.goto(new URL("/wp-admin/admin.php?page=wc-orders", shop).href)
    await admin.getByRole("link", { name: new RegExp(`#${number} .*${GUEST.last}`) }).waitFor()
  },
  async medusa(admin, shop, number) {
    await admin.goto(new URL("/app/orders", shop).href)
    await admin.getByText(`#${number}`, { exact: true }).first().waitFor()
  },
}

export const checkout = { woocommerce, medusa, order }
