// Creating a store: what is typed, what it makes, what is refused and where that is said.
import assert from "node:assert/strict"
import test from "node:test"
import { ADMIN, accessible, hasFocus, PHONE, VIEWER } from "./browser.js"
import { suite } from "./suite.js"

const here = suite({ provisioner: ["--stores", "3"] })

const name = (page) => page.getByLabel("Name", { exact: true })
const create = (page) => page.getByRole("button", { name: "Create store" })

const GRACE = { email: "grace@example.com", password: "grace has a passphrase too" }
let opened = 0

/** By two in turn: one address signs in ten times at once, and then once in six seconds. */
async function open(t, options) {
  const guest = await here.visit(t, options)
  if (opened === 0) await here.platform.api("POST", "/api/v1/accounts", { ...GRACE, role: "admin" })
  opened += 1
  await guest.signIn(opened % 2 === 0 ? GRACE : ADMIN, "/new")
  await name(guest.page).waitFor()
  return guest
}

async function stores(wanted) {
  const { items } = await here.platform.api("GET", "/api/v1/stores?limit=200")
  return items.filter((store) => store.name === wanted)
}

test("a name makes an address, which is checked while it is typed", async (t) => {
  const { page, picture } = await open(t)
  await accessible(page)
  await name(page).fill("Café Zoë & Söhne")
  await page.getByText("This address is free").waitFor()
  await page.getByText(/\/\/cafe-zoe-sohne\./).waitFor()
  await picture("create")
  await accessible(page)

  await name(page).fill("cups-0")
  await page.getByText("The name is taken by another store").waitFor()
  await picture("create-taken")
  await accessible(page)
  // It is not even sent.
  await create(page).click()
  await hasFocus(name(page))

  await name(page).fill("admin")
  await page.getByText("The name is reserved").waitFor()
  assert.equal(await page.getByText("This address is free").count(), 0)
})

test("what was answered for one name is not taken for the next, while that is being asked for", async (t) => {
  const { page } = await open(t)
  // The real answer, held back: the network takes as long as it likes.
  const { promise: held, resolve: letGo } = Promise.withResolvers()
  await page.route("**/api/v1/names/cups-00", async (route) => {
    await held
    await route.fallback()
  })
  await name(page).fill("cups-0")
  await page.getByText("The name is taken by another store").waitFor()
  const asked = page.waitForRequest("**/api/v1/names/cups-00")
  await name(page).fill("cups-00")
  await page.getByText("Checking…").waitFor()
  assert.equal(await page.getByText("is taken").count(), 0)
  await asked
  await page.getByText("Checking…").waitFor()
  assert.equal(await page.getByText("is taken").count(), 0)
  letGo()
  await page.getByText("This address is free").waitFor()
  // And back: that a name was free says nothing of the one before it, which is known already.
  await name(page).fill("cups-0")
  await page.getByText("The name is taken by another store").waitFor()
  assert.equal(await page.getByText("This address is free").count(), 0)
})

test("a double click makes one store, and the page of it follows", async (t) => {
  const { page } = await open(t)
  const sent = []
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/v1/stores")) sent.push(request)
  })
  await name(page).fill("Twice & Once")
  await page.getByLabel("Medusa").check()
  await page.getByText("This address is free").waitFor()
  await create(page).dblclick()
  await page.waitForURL("**/stores/twice-once")
  assert.equal((await stores("twice-once")).length, 1)
  assert.equal(sent.length, 1)
  assert.match(sent[0].headers()["idempotency-key"], /^[0-9a-f-]{36}$/)
  assert.deepEqual(sent[0].postDataJSON(), {
    name: "twice-once",
    engine: "medusa",
    plan: "small",
    title: "Twice & Once",
  })
})

test("the same request, sent again because its answer was lost, makes one store", async (t) => {
  const { page } = await open(t, { allowed: ["offline"] })
  const keys = []
  // The request arrives, and its answer is lost on the way back.
  await page.route("**/api/v1/stores", async (route) => {
    keys.push(route.request().headers()["idempotency-key"])
    if (keys.length > 1) return route.fallback()
    await route.fetch()
    return route.abort("connectionreset")
  })
  await name(page).fill("lost-answer")
  await page.getByText("This address is free").waitFor()
  await create(page).click()
  await page.getByRole("alert").getByText("No connection").waitFor()
  await accessible(page)
  await create(page).click()
  await page.waitForURL("**/stores/lost-answer")
  assert.equal(keys[0], keys[1])
  assert.equal((await stores("lost-answer")).length, 1)
})

test("more options go into the request, and the commands are that request", async (t) => {
  const { page, picture } = await open(t)
  await name(page).fill("It's mine")
  await page.getByLabel("Large").check()
  await page.getByRole("button", { name: "More options…" }).click()
  const drawer = page.getByRole("dialog", { name: "More options" })
  await accessible(page)
  await drawer.getByLabel("E-mail of the shop's owner").fill("owner")
  await drawer.getByRole("button", { name: "Done" }).click()
  await drawer.getByText("This is not an e-mail address").waitFor()
  await accessible(page)
  await drawer.getByLabel("E-mail of the shop's owner").fill("owner@example.com")
  await drawer.getByLabel("Currency").selectOption("USD")
  await drawer.getByLabel("Country").selectOption("US")
  await drawer.getByLabel("State or province").fill("ca")
  await drawer.getByRole("switch", { name: "Sample products" }).click()
  await picture("create-options")
  await drawer.getByRole("button", { name: "Done" }).click()
  await drawer.waitFor({ state: "detached" })
  // The focus is where it was.
  await hasFocus(page.getByRole("button", { name: "More options…" }))
  await page.getByText("USD · US · empty").waitFor()

  const command = await page.getByRole("region", { name: "the command" }).innerText()
  const storectl =
    "storectl store create it-s-mine --engine woocommerce --plan large --title 'It'\\''s mine' " +
    "--admin-email owner@example.com --currency USD --country US:CA --no-sample-products"
  assert.equal(command.replaceAll(/ \\\n\s+/g, " ").trim(), storectl)
  await page.getByRole("tab", { name: "curl" }).click()
  const curl = await page.getByRole("region", { name: "the command" }).innerText()
  await page.getByRole("button", { name: "Copy the command" }).click()
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trim(), curl.trim())

  await page.getByText("This address is free").waitFor()
  const [request] = await Promise.all([page.waitForRequest((each) => each.method() === "POST"), create(page).click()])
  const body = JSON.parse(/--json '(.*)'$/s.exec(curl.trim())[1].replaceAll("'\\''", "'"))
  assert.deepEqual(body, request.postDataJSON())
  assert.ok(curl.includes(request.headers()["idempotency-key"]))
  assert.ok(curl.includes(request.url()))
  await page.waitForURL("**/stores/it-s-mine")
})

test("bad input is told at its field, which has the focus", async (t) => {
  const { page } = await open(t)
  await create(page).click()
  await page.getByText("Give the store a name").waitFor()
  await hasFocus(name(page))
  assert.equal(await name(page).getAttribute("aria-invalid"), "true")
  await accessible(page)
  await name(page).fill("ab")
  await page.getByText("Needs 3 letters or digits").waitFor()
})

test("a name that was taken meanwhile (409) is told at the field", async (t) => {
  const { page, picture } = await open(t, { allowed: [409] })
  await name(page).fill("raced")
  await page.getByText("This address is free").waitFor()
  await here.platform.api("POST", "/api/v1/stores", { name: "raced", engine: "medusa" })
  await create(page).click()
  await page.waitForFunction(() => document.querySelector('[name="label"]')?.getAttribute("aria-invalid") === "true")
  await picture("create-conflict")
  await accessible(page)
  await hasFocus(name(page))
  // Another name is another request.
  await name(page).fill("raced-not")
  await page.getByText("This address is free").waitFor()
  await create(page).click()
  await page.waitForURL("**/stores/raced-not")
})

test("what only the platform refuses (422) is told at its field", async (t) => {
  const { page, picture } = await open(t, { allowed: [422] })
  await name(page).fill("refused")
  await page.getByRole("button", { name: "More options…" }).click()
  const drawer = page.getByRole("dialog", { name: "More options" })
  // The browser has a name for it; the platform's engines do not.
  await drawer.getByLabel("Title").fill("A\u0007bell")
  await drawer.getByRole("button", { name: "Done" }).click()
  await page.getByText("This address is free").waitFor()
  await create(page).click()
  await drawer.waitFor()
  await page.waitForFunction(() => document.querySelector('[name="title"]')?.getAttribute("aria-invalid") === "true")
  await picture("create-refused")
  await accessible(page)
})

for (const [status, words, body, headers] of [
  [429, "Wait 7 seconds, then try again", { title: "too many requests", status: 429 }, { "retry-after": "7" }],
  [500, "r-4711", { title: "internal fault", status: 500, requestId: "r-4711" }, {}],
  [
    503,
    "Try again in 3 seconds",
    { title: "unavailable", status: 503, detail: "the database is away" },
    { "retry-after": "3" },
  ],
]) {
  test(`an answer of ${status} stays beside the form, which keeps what was typed`, async (t) => {
    const { page } = await open(t, { allowed: [status] })
    await name(page).fill(`answer-${status}`)
    await page.getByText("This address is free").waitFor()
    // Answered here: the provisioner does not give this one on request.
    await page.route(
      "**/api/v1/stores",
      (route) =>
        route.fulfill({ status, headers, contentType: "application/problem+json", body: JSON.stringify(body) }),
      { times: 1 },
    )
    await create(page).click()
    await page.getByRole("alert").getByText("The store was not created").waitFor()
    await page.getByRole("alert").getByText(words).waitFor()
    await accessible(page)
    assert.equal(await name(page).inputValue(), `answer-${status}`)
    await create(page).click()
    await page.waitForURL(`**/stores/answer-${status}`)
  })
}

test("an engine that is not available can't be chosen, and says why", async (t) => {
  const guest = await here.visit(t)
  // Answered here: the provisioner on its in-memory cluster has every engine.
  await guest.page.route("**/api/v1/engines", async (route) => {
    const response = await route.fetch()
    const engines = await response.json()
    for (const each of engines) {
      if (each.engine === "woocommerce")
        Object.assign(each, { available: false, reason: "its image was not built here; build it with WOOCOMMERCE_ZIP" })
    }
    await route.fulfill({ response, json: engines })
  })
  await guest.signIn(ADMIN, "/new")
  const card = guest.page.getByRole("radio", { name: "WooCommerce" })
  await card.waitFor()
  assert.ok(await card.isDisabled())
  assert.ok(await guest.page.getByRole("radio", { name: "Medusa" }).isChecked())
  await guest.page.getByText("build it with WOOCOMMERCE_ZIP").waitFor()
  await accessible(guest.page)
  await guest.picture("create-unavailable")
})

test("a viewer is told that creating is not for viewers", async (t) => {
  const { page, signIn } = await here.visit(t)
  await signIn(VIEWER, "/new")
  await page.getByRole("heading", { name: "You may not create stores" }).waitFor()
  await accessible(page)
})

test("a store is created by the keyboard alone", async (t) => {
  const { page } = await open(t)
  await name(page).focus()
  await page.keyboard.type("By keys")
  await page.getByText("This address is free").waitFor()
  await page.keyboard.press("Shift+Tab")
  await page.keyboard.press("ArrowRight")
  assert.ok(await page.getByRole("radio", { name: "Medusa" }).isChecked())
  await name(page).focus()
  await page.keyboard.press("Enter")
  await page.waitForURL("**/stores/by-keys")
})

test("the form fits a phone in the dark", async (t) => {
  const { page, picture } = await open(t, { viewport: PHONE, colorScheme: "dark" })
  await accessible(page)
  await picture("create-phone-dark", true)
  await page.getByRole("button", { name: "More options…" }).click()
  await page.getByRole("dialog").waitFor()
  await accessible(page)
  await picture("create-options-phone-dark")
})
