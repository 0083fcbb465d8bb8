const { ContainerRegistrationKeys } = require("@medusajs/framework/utils")
const Redis = require("ioredis")

/** A probe waits this long at most, and less than its own time-out. */
const PATIENCE_MILLISECONDS = 2500

let valkey

/** Can this shop sell? Asks the database for the set-up's mark, and Valkey, where there is one, for a sign of life. */
exports.GET = async (request, response) => {
  const config = request.scope.resolve(ContainerRegistrationKeys.CONFIG_MODULE)
  const database = request.scope.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  const checks = [within("database", database.raw("SELECT medusa_version FROM store_platform.setup").then(isSetUp))]
  if (config.projectConfig.redisUrl) checks.push(within("valkey", pinged(config.projectConfig.redisUrl)))

  const faults = (await Promise.all(checks)).filter((fault) => fault !== null)
  response.status(faults.length === 0 ? 200 : 503).type("text/plain")
  response.send(faults.length === 0 ? "ready\n" : `${faults.join("\n")}\n`)
}

function isSetUp({ rows }) {
  if (rows.length === 0) throw new Error("set-up has not finished")
}

async function pinged(url) {
  valkey ??= new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, enableOfflineQueue: true })
  // ioredis connects again by itself; without a listener each failed attempt would be an uncaught error.
  if (valkey.listenerCount("error") === 0) valkey.on("error", () => undefined)
  await valkey.ping()
}

/** The fault in one line, or null. */
async function within(name, check) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MILLISECONDS} ms`)), PATIENCE_MILLISECONDS)
  })
  try {
    await Promise.race([check, late])
    return null
  } catch (error) {
    return `${name}: ${error.message}`
  } finally {
    clearTimeout(timer)
  }
}
