const { promisify } = require("node:util")
const { ContainerRegistrationKeys } = require("@medusajs/framework/utils")
const { loginToken } = require("../../../login")

const REFUSAL = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">
<title>This log-in link does not work any more</title><h1>This log-in link does not work any more</h1>
<p>It works once, within a minute. Ask for a new one where you got this one, or log in with your password.</p>
<p><a href="/app/login">Log in</a></p></html>
`

/** The owner's log-in by a link that the platform signed: once, and nothing but this store's own key makes one. */
exports.GET = async (request, response) => {
  response.set({ "Referrer-Policy": "no-referrer", "Cache-Control": "no-store" })
  const { STORE_LOGIN_KEY, STORE_ID } = process.env
  const token = loginToken(request.query.token, STORE_LOGIN_KEY, STORE_ID, Math.floor(Date.now() / 1000))
  const database = request.scope.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  // Whoever asks uses it up, however they ask: what stands in a log is worth nothing. But nobody is logged in by HEAD,
  // which express answers by GET.
  const fresh = token !== null && (await burn(database, token))
  const owner = fresh && request.method === "GET" ? await find(database) : null
  if (owner === null) {
    response.status(403).type("html").send(REFUSAL)
    return
  }
  // As Medusa's own POST /auth/session, in a session that nobody could know before.
  await promisify(request.session.regenerate.bind(request.session))()
  request.session.auth_context = {
    actor_id: owner.user_id,
    actor_type: "user",
    auth_identity_id: owner.identity_id,
    auth_provider: "emailpass",
    app_metadata: { user_id: owner.user_id },
    user_metadata: {},
  }
  await promisify(request.session.save.bind(request.session))()
  response.redirect(302, "/app")
}

/** Whether it was not used before: of two at the same time one inserts its row. */
async function burn(database, { expires, nonce }) {
  await database.raw("DELETE FROM store_platform.used_login WHERE expires_at < now() - interval '5 minutes'")
  const { rowCount } = await database.raw(
    "INSERT INTO store_platform.used_login (nonce, expires_at) VALUES (?, to_timestamp(?)) ON CONFLICT DO NOTHING",
    [nonce, expires],
  )
  return rowCount === 1
}

/** The owner whom the platform made, or, where somebody else was put in charge, the oldest account that can log in. */
async function find(database) {
  const { rows } = await database.raw(
    `SELECT u.id AS user_id, i.id AS identity_id FROM "user" u JOIN auth_identity i ON i.app_metadata->>'user_id' = u.id
       WHERE u.deleted_at IS NULL AND i.deleted_at IS NULL ORDER BY (u.email = ?) DESC, u.created_at LIMIT 1`,
    [(process.env.STORE_ADMIN_EMAIL ?? "").toLowerCase()],
  )
  return rows[0] ?? null
}
