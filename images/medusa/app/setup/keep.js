// Every time: what is the platform's, not the owner's. The keys are those in the store's Secret, and the database says
// which Medusa its tables are for.
const { randomBytes, scrypt, timingSafeEqual } = require("node:crypto")
const { promisify } = require("node:util")
const { ulid } = require("ulid")
const golden = require("./golden")
const { SetupError } = require("./settings")
const { version } = require("@medusajs/medusa/package.json")

const derive = promisify(scrypt)
/** The owner sees it under this title in the admin, and can revoke it: then the platform can't prove the store. */
const SECRET_TITLE = "Store platform"

async function keepKeys(client, { publishableKey, secretKey }) {
  await publishable(client, publishableKey)
  await secret(client, secretKey)
}

async function publishable(client, token) {
  const { rows } = await client.query("SELECT id FROM api_key WHERE token = $1 AND revoked_at IS NULL AND deleted_at IS NULL", [token])
  if (rows.length > 0) return
  await client.query(
    "UPDATE api_key SET token = $1, redacted = $2, updated_at = now() WHERE type = 'publishable' AND title = $3",
    [token, redacted(token), golden.shop.key],
  )
  const again = await client.query("SELECT FROM api_key WHERE token = $1", [token])
  if (again.rowCount !== 1) {
    throw new SetupError(`the shop has no publishable key titled '${golden.shop.key}'; make one under this title in the admin's settings, then set up again`)
  }
}

async function secret(client, token) {
  const { rows } = await client.query(
    "SELECT token, salt FROM api_key WHERE type = 'secret' AND redacted = $1 AND revoked_at IS NULL AND deleted_at IS NULL",
    [redacted(token)],
  )
  for (const row of rows) {
    if (timingSafeEqual(Buffer.from(row.token, "hex"), await derive(token, row.salt, 64))) return
  }
  const salt = randomBytes(16).toString("hex")
  const hash = (await derive(token, salt, 64)).toString("hex")
  await client.query("DELETE FROM api_key WHERE type = 'secret' AND title = $1", [SECRET_TITLE])
  await client.query(
    "INSERT INTO api_key (id, token, salt, redacted, title, type, created_by) VALUES ($1, $2, $3, $4, $5, 'secret', '')",
    [`apk_${ulid()}`, hash, salt, redacted(token), SECRET_TITLE],
  )
}

/** As Medusa shows keys, and looks secret ones up. */
function redacted(token) {
  return `${token.slice(0, 6)}***${token.slice(-3)}`
}

/** Log-in links that were used, until they would not be taken any more. A store from before there were links gets it here. */
async function keepDoor(client) {
  await client.query(`
    CREATE TABLE IF NOT EXISTS store_platform.used_login (
      nonce text PRIMARY KEY,
      expires_at timestamptz NOT NULL
    )`)
}

async function recordVersion(client) {
  await client.query(
    `INSERT INTO store_platform.setup (medusa_version) VALUES ($1)
       ON CONFLICT (one) DO UPDATE SET medusa_version = excluded.medusa_version, at = now()`,
    [version],
  )
}

module.exports = { keepDoor, keepKeys, recordVersion, redacted }
