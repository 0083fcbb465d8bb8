// What nginx says beside the files: who may do what with a page, and how long it is kept.
import assert from "node:assert/strict"
import { existsSync, readdirSync } from "node:fs"
import test from "node:test"
import { DIST, platformStart } from "./server.js"
import { shared } from "./shared.js"

let platform
shared(
  async () => {
    platform = await platformStart()
  },
  () => platform?.end(),
)

const ask = (path, headers = {}) => fetch(new URL(path, platform.url), { headers })

test("every address is the page, never cached, with the strict policy", async () => {
  for (const path of ["/", "/new", "/stores/cups/logs", "/no/such"]) {
    const answer = await ask(path)
    assert.equal(answer.status, 200, path)
    assert.match(await answer.text(), /<div id="root">/)
    assert.equal(answer.headers.get("cache-control"), "no-cache")
    const policy = answer.headers.get("content-security-policy")
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff")
    assert.equal(answer.headers.get("referrer-policy"), "same-origin")
    assert.equal(answer.headers.get("cross-origin-opener-policy"), "same-origin")
    assert.match(answer.headers.get("permissions-policy"), /camera=\(\)/)
    assert.doesNotMatch(answer.headers.get("server") ?? "", /\d/)
  }
})

test("hashed files are kept a year and come compressed; missing ones are neither", async () => {
  const assets = readdirSync(`${DIST}/assets`)
  const script = assets.find((name) => /^index-.*\.js$/.test(name))
  assert.ok(existsSync(`${DIST}/assets/${script}.gz`), "compressed by the build")
  const answer = await ask(`/assets/${script}`, { "accept-encoding": "gzip" })
  assert.equal(answer.headers.get("cache-control"), "public, max-age=31536000, immutable")
  assert.equal(answer.headers.get("content-encoding"), "gzip")
  assert.equal(answer.headers.get("vary"), "Accept-Encoding")
  const gone = await ask("/assets/index-00000000.js")
  assert.equal(gone.status, 404)
  assert.equal(gone.headers.get("cache-control"), "no-cache")
})

test("the configuration is the cluster's, asked for each time", async () => {
  const answer = await ask("/config.json")
  assert.deepEqual(await answer.json(), { apiUrl: "/api", environment: "test" })
  assert.equal(answer.headers.get("cache-control"), "no-cache")
})

test("live always, ready only with both files", async () => {
  assert.equal((await ask("/health/live")).status, 200)
  assert.equal((await ask("/health/ready")).status, 200)
  platform.nginx.configRemove()
  assert.equal((await ask("/health/live")).status, 200)
  assert.equal((await ask("/health/ready")).status, 503)
})
