// The golden dump, and how to tell whether a database is new.
const { readFileSync } = require("node:fs")
const { join } = require("node:path")
const { gunzipSync } = require("node:zlib")
const { SetupError } = require("./settings")

const DUMP = join(__dirname, "..", "golden.sql.gz")

/** @returns {Promise<{empty: boolean, version: string | undefined}>} */
async function state(client) {
  const { rows } = await client.query("SELECT to_regclass('store_platform.setup') AS ours, to_regclass('public.mikro_orm_migrations') AS medusas")
  const [{ ours, medusas }] = rows
  if (ours) {
    const setup = await client.query("SELECT medusa_version FROM store_platform.setup")
    return { empty: false, version: setup.rows[0]?.medusa_version }
  }
  if (medusas) {
    throw new SetupError("the database holds a Medusa shop that this set-up did not make; give the store an empty database, or restore a back-up with its schema store_platform")
  }
  return { empty: true, version: undefined }
}

/** Plain statements, made by pg_dump: one call, inside the caller's transaction. */
async function restore(client) {
  await client.query(gunzipSync(readFileSync(DUMP)).toString("utf8"))
  // The dump empties it, so that its own statements can't meet another schema's tables.
  await client.query("RESET search_path")
  await client.query(`
    CREATE SCHEMA store_platform;
    COMMENT ON SCHEMA store_platform IS 'What the platform knows about this store; Medusa does not read it.';
    CREATE TABLE store_platform.setup (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      medusa_version text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );`)
}

module.exports = { restore, state }
