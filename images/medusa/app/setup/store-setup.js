#!/usr/bin/node
// Makes a shop out of an empty database; on one that is set up already it changes nothing that an owner can change.
//
// The database is restored from the image's golden dump and made this store's own in ONE transaction, under a lock:
// a kill at any moment leaves either nothing or all of it, and a repeat ends the same. What is the platform's and not
// the owner's (the keys, the version of the tables) is brought in line every time.
const { spawnSync } = require("node:child_process")
const { Client } = require("pg")
const { keepDoor, keepKeys, recordVersion } = require("./keep")
const { makeOwn } = require("./own")
const { placePictures } = require("./pictures")
const { restore, state } = require("./restore")
const { SetupError, settings } = require("./settings")

const DATABASE_WAIT_SECONDS = 120
const PAUSE_MILLISECONDS = 100
/** Any number that nobody else uses: two set-ups of one store take turns. */
const LOCK = 7_302_114

async function main() {
  const wanted = settings(process.env)
  const started = Date.now()
  const client = await step("database", () => connect(wanted.databaseUrl, started))
  try {
    await step("lock", () => client.query("SELECT pg_advisory_lock($1)", [LOCK]))
    let { empty, version } = await state(client)
    if (empty) {
      if (wanted.sampleProducts) await step("pictures", () => placePictures())
      await transaction(client, async () => {
        await step("restore", () => restore(client))
        await step("own", () => makeOwn(client, wanted))
        await recordVersion(client)
      })
    } else if (version !== wanted.imageVersion) {
      await step("migrate", () => migrate())
      await recordVersion(client)
    }
    await step("keys", () => transaction(client, () => keepKeys(client, wanted)))
    await step("door", () => keepDoor(client))
  } finally {
    await client.end()
  }
  console.log(`setup: all ${seconds(started)}`)
}

/** The real migrations, as Medusa carries them out: an image with newer tables met a store. */
function migrate() {
  const medusa = require.resolve("@medusajs/cli/cli.js")
  const { status, signal } = spawnSync(process.execPath, [medusa, "db:migrate"], { stdio: "inherit" })
  if (status !== 0) throw new SetupError(`Medusa's migrations ended with ${signal ?? status}; their messages stand above`)
}

async function connect(url, started) {
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 })
    try {
      await client.connect()
      return client
    } catch (error) {
      // Also a wrong password: the server makes its accounts in the second in which it starts.
      if (Date.now() - started > DATABASE_WAIT_SECONDS * 1000) {
        throw new SetupError(`the database did not answer within ${DATABASE_WAIT_SECONDS} s: ${error.message}`)
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
    }
  }
}

async function transaction(client, act) {
  await client.query("BEGIN")
  await act()
  await client.query("COMMIT")
}

async function step(name, act) {
  const started = Date.now()
  const result = await act()
  console.log(`setup: ${name} ${seconds(started)}`)
  return result
}

function seconds(started) {
  return ((Date.now() - started) / 1000).toFixed(1)
}

main().catch((error) => {
  console.error(`setup: ${error instanceof SetupError ? error.message : error.stack}`)
  process.exit(1)
})
