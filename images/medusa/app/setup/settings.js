// What the environment says, checked before anything is touched.
const { version } = require("@medusajs/medusa/package.json")

/** A cause that its reader can cure; its message is all that is shown. */
class SetupError extends Error {}

const REQUIRED = [
  "DATABASE_URL",
  "STORE_PUBLIC_URL",
  "STORE_ID",
  "STORE_TITLE",
  "STORE_ADMIN_EMAIL",
  "STORE_ADMIN_PASSWORD",
  "STORE_PUBLISHABLE_KEY",
  "STORE_SECRET_KEY",
  "STORE_CURRENCY",
  "STORE_COUNTRY",
]

function settings(env) {
  const missing = REQUIRED.filter((name) => !env[name])
  if (missing.length > 0) throw new SetupError(`the environment variable ${missing[0]} is not set`)
  key(env, "STORE_PUBLISHABLE_KEY", "pk_")
  key(env, "STORE_SECRET_KEY", "sk_")
  return {
    databaseUrl: env.DATABASE_URL,
    publicUrl: env.STORE_PUBLIC_URL.replace(/\/+$/, ""),
    storeId: env.STORE_ID,
    title: env.STORE_TITLE,
    adminEmail: env.STORE_ADMIN_EMAIL.toLowerCase(),
    adminPassword: env.STORE_ADMIN_PASSWORD,
    publishableKey: env.STORE_PUBLISHABLE_KEY,
    secretKey: env.STORE_SECRET_KEY,
    currency: env.STORE_CURRENCY.toLowerCase(),
    country: env.STORE_COUNTRY.toLowerCase(),
    sampleProducts: env.STORE_SAMPLE_PRODUCTS === "true",
    imageVersion: version,
  }
}

/** Medusa tells the kinds apart by their prefix. */
function key(env, name, prefix) {
  if (!/^.._[0-9a-f]{64}$/.test(env[name]) || !env[name].startsWith(prefix)) {
    throw new SetupError(`${name} must be ${prefix} and 64 hexadecimal digits`)
  }
}

module.exports = { SetupError, settings }
