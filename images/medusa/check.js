// After the trimming the server still starts, shows its admin, logs the owner in, by a link too, and sells.
const assert = require("node:assert/strict")
const { createHmac, randomBytes } = require("node:crypto")
const vectors = require("./login-token.json")

const base = process.argv[2]
const { STORE_ADMIN_EMAIL: email, STORE_ADMIN_PASSWORD: password, STORE_PUBLISHABLE_KEY: key, STORE_SECRET_KEY: secret } = process.env

async function call(method, path, body, headers = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: { "content-type": "application/json", "x-publishable-api-key": key, ...headers },
    body: body && JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text.slice(0, 400)}`)
  return answer.headers.get("content-type").includes("json") ? JSON.parse(text) : text
}

async function ready() {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 300))) {
    const answer = await fetch(`${base}/healthz/ready`).catch(() => undefined)
    if (answer?.status === 200) return
  }
  throw new Error("the server was not ready within 120 s")
}

/** Takes the tokens that it should, and no other; a good one once. */
async function link(email) {
  const { loginToken } = require(`${process.cwd()}/src/login`)
  for (const { what, token, key, store, now, taken } of vectors) {
    assert.equal(loginToken(token, key, store, now) !== null, taken, `the log-in token '${what}'`)
  }
  const { STORE_LOGIN_KEY, STORE_ID } = process.env
  const sign = () => {
    const [expires, nonce] = [Math.floor(Date.now() / 1000) + 60, randomBytes(16).toString("hex")]
    const signed = `store-platform-login\n${STORE_ID}\n${expires}\n${nonce}`
    return `${expires}.${nonce}.${createHmac("sha256", STORE_LOGIN_KEY).update(signed).digest("hex")}`
  }
  const open = (token, method = "GET") =>
    fetch(`${base}/auth/store-platform-login?token=${token}`, { method, redirect: "manual" })
  const [token, looked] = [sign(), sign()]
  assert.equal((await open(`1${token}`)).status, 403)
  assert.equal((await open(looked, "HEAD")).status, 403)
  assert.equal((await open(looked)).status, 403, "a look uses it up")
  const both = await Promise.all([1, 2].map(() => open(token)))
  assert.deepEqual(both.map(({ status }) => status).sort(), [302, 403], "of two at the same time one gets in")
  const first = both.find(({ status }) => status === 302)
  assert.deepEqual([first.headers.get("location"), first.headers.get("referrer-policy")], ["/app", "no-referrer"])
  const cookie = first.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ")
  const { user } = await call("GET", "/admin/users/me", undefined, { cookie })
  assert.equal(user.email, email)
  assert.equal((await open(token)).status, 403)
}

async function main() {
  await ready()
  assert.match(await call("GET", "/app/login"), /<html/)
  const { token } = await call("POST", "/auth/user/emailpass", { email, password })
  const { user } = await call("GET", "/admin/users/me", undefined, { authorization: `Bearer ${token}` })
  assert.equal(user.email, email)
  await link(email)

  const region_id = (await call("GET", "/store/regions")).regions[0].id
  const { products } = await call("GET", `/store/products?region_id=${region_id}&fields=handle,*variants`)
  assert.ok(products.length > 0 && products.every(({ handle }) => handle !== "store-platform-proof"))
  const cart = (await call("POST", "/store/carts", { region_id, email })).cart.id
  await call("POST", `/store/carts/${cart}/line-items`, { variant_id: products[0].variants[0].id, quantity: 1 })
  const address = { first_name: "A", last_name: "B", address_1: "C 1", city: "D", postal_code: "10115", country_code: "de" }
  await call("POST", `/store/carts/${cart}`, { email, shipping_address: address, billing_address: address })
  const { shipping_options } = await call("GET", `/store/shipping-options?cart_id=${cart}`)
  await call("POST", `/store/carts/${cart}/shipping-methods`, { option_id: shipping_options[0].id })
  const { payment_collection } = await call("POST", "/store/payment-collections", { cart_id: cart })
  await call("POST", `/store/payment-collections/${payment_collection.id}/payment-sessions`, { provider_id: "pp_system_default" })
  const { type, order } = await call("POST", `/store/carts/${cart}/complete`, {})
  assert.equal(type, "order")
  const owner = { authorization: `Basic ${secret}` }
  const seen = await call("GET", `/admin/orders/${order.id}`, undefined, owner)
  assert.equal(seen.order.total, order.total)
  await call("POST", `/admin/orders/${order.id}/cancel`, {}, owner)
  console.log(`medusa image: sold order ${order.display_id} of ${order.total} ${order.currency_code}`)
}

main().catch((error) => {
  console.error(`medusa image: ${error.stack}`)
  process.exit(1)
})
