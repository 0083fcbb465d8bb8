// Turns the golden database into one store's: its name, money, country, owner, products. Every row that is changed is
// one that the seed made; a count that is not as expected ends the set-up, and the transaction with it.
const { randomBytes } = require("node:crypto")
const scrypt = require("scrypt-kdf")
const { ulid } = require("ulid")
const golden = require("./golden")
const { redacted } = require("./keep")
const { SetupError } = require("./settings")

/** As Medusa's own emailpass provider hashes, so that it can verify. */
const PASSWORD_HASH = { logN: 15, r: 8, p: 1 }
/** Prices are in whole units. Where a currency has no smaller ones, a unit is worth about a hundredth. */
const WITHOUT_CENTS = 100

async function makeOwn(client, wanted) {
  await name(client, wanted)
  await money(client, wanted)
  await country(client, wanted)
  if (wanted.sampleProducts) await pictures(client, wanted)
  else await removeSamples(client)
  await owner(client, wanted)
  await proofKey(client)
}

async function change(client, expected, what, sql, values) {
  const { rowCount } = await client.query(sql, values)
  if (rowCount !== expected) {
    throw new SetupError(`${what}: expected ${expected} rows in the golden database, found ${rowCount}; build the image again`)
  }
}

async function name(client, { title, storeId }) {
  await change(client, 1, "name the store", "UPDATE store SET name = $1, metadata = $2, updated_at = now()", [
    title,
    JSON.stringify({ store_platform_id: storeId }),
  ])
}

async function money(client, { currency }) {
  const { rows } = await client.query("SELECT decimal_digits FROM currency WHERE code = $1", [currency])
  if (rows.length === 0) throw new SetupError(`Medusa knows no currency '${currency}'; choose an ISO 4217 code such as EUR`)
  const factor = Number(rows[0].decimal_digits) === 0 ? WITHOUT_CENTS : 1
  await change(client, 1, "set the currency", "UPDATE store_currency SET currency_code = $1 WHERE is_default", [currency])
  await change(client, 1, "set the region's currency", "UPDATE region SET currency_code = $1, updated_at = now()", [currency])
  await client.query(
    `UPDATE price SET currency_code = $1, amount = amount * $2,
       raw_amount = jsonb_set(raw_amount, '{value}', to_jsonb(trim_scale(amount * $2)::text)) WHERE currency_code = $3`,
    [currency, factor, golden.currency],
  )
  await client.query("UPDATE price_preference SET value = $1 WHERE attribute = 'currency_code' AND value = $2", [currency, golden.currency])
}

async function country(client, { country }) {
  const { rowCount } = await client.query("SELECT FROM region_country WHERE iso_2 = $1", [country])
  if (rowCount === 0) throw new SetupError(`Medusa knows no country '${country}'; choose an ISO 3166-1 code such as DE`)
  await change(client, 1, "set the warehouse's country", "UPDATE stock_location_address SET country_code = $1", [country])
  await change(client, 1, "set the tax region", "UPDATE tax_region SET country_code = $1", [country])
}

async function pictures(client, { publicUrl }) {
  const place = `${golden.pictures}/%`
  await client.query("UPDATE image SET url = $1 || url WHERE url LIKE $2", [publicUrl, place])
  await client.query("UPDATE product SET thumbnail = $1 || thumbnail WHERE thumbnail LIKE $2", [publicUrl, place])
}

/** Everything that hangs on a sample but the proof's product; nothing has been ordered yet. */
async function removeSamples(client) {
  const samples = "SELECT id FROM product WHERE handle <> $1"
  const variants = `SELECT id FROM product_variant WHERE product_id IN (${samples})`
  const sets = `SELECT price_set_id FROM product_variant_price_set WHERE variant_id IN (${variants})`
  const items = `SELECT inventory_item_id FROM product_variant_inventory_item WHERE variant_id IN (${variants})`
  const inOrder = [
    `DELETE FROM price_set WHERE id IN (${sets})`,
    `DELETE FROM inventory_item WHERE id IN (${items})`,
    `DELETE FROM product_variant_price_set WHERE variant_id IN (${variants})`,
    `DELETE FROM product_variant_inventory_item WHERE variant_id IN (${variants})`,
    `DELETE FROM product_sales_channel WHERE product_id IN (${samples})`,
    `DELETE FROM product_shipping_profile WHERE product_id IN (${samples})`,
    `DELETE FROM product WHERE handle <> $1`,
  ]
  for (const statement of inOrder) await client.query(statement, [golden.proof.handle])
  await client.query("DELETE FROM product_option WHERE id NOT IN (SELECT product_option_id FROM product_product_option)")
  await client.query("DELETE FROM product_category")
}

async function owner(client, { adminEmail, adminPassword }) {
  const [user, identity, provider] = [`user_${ulid()}`, `authid_${ulid()}`, ulid()]
  const password = (await scrypt.kdf(adminPassword, PASSWORD_HASH)).toString("base64")
  await client.query('INSERT INTO "user" (id, email) VALUES ($1, $2)', [user, adminEmail])
  await client.query("INSERT INTO auth_identity (id, app_metadata) VALUES ($1, $2)", [identity, JSON.stringify({ user_id: user })])
  await client.query(
    `INSERT INTO provider_identity (id, entity_id, provider, auth_identity_id, provider_metadata)
       VALUES ($1, $2, 'emailpass', $3, $4)`,
    [provider, adminEmail, identity, JSON.stringify({ password })],
  )
}

/** Not the image's: each store has one of its own. */
async function proofKey(client) {
  const token = `pk_${randomBytes(32).toString("hex")}`
  await change(client, 1, "set the proof's key", "UPDATE api_key SET token = $1, redacted = $2 WHERE title = $3", [
    token,
    redacted(token),
    golden.proof.key,
  ])
}

module.exports = { makeOwn }
