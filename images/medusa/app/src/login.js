const { createHmac, timingSafeEqual } = require("node:crypto")

/** The longest that a token is taken for, whatever it says of itself: a minute, and what two clocks may differ by. */
const LOGIN_SECONDS = 90

/**
 * What a log-in link's token is: <expires>.<nonce>.<signature>, signed by the provisioner over the store's id too. Null for
 * one that is not ours, or not of now (login-token.json has the same vectors for all who sign and check).
 *
 * @returns {{ expires: number, nonce: string } | null}
 */
function loginToken(given, key, store, now) {
  // A store from before there were links has no key: an empty one would let everybody sign.
  if (!key || key.length < 32 || typeof given !== "string") return null
  const parts = /^([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})$/.exec(given)
  if (!parts) return null
  const [, expires, nonce, signature] = parts
  const right = createHmac("sha256", key).update(`store-platform-login\n${store}\n${expires}\n${nonce}`).digest()
  if (!timingSafeEqual(right, Buffer.from(signature, "hex"))) return null
  const left = Number(expires) - now
  return left < 0 || left > LOGIN_SECONDS ? null : { expires: Number(expires), nonce }
}

module.exports = { loginToken }
