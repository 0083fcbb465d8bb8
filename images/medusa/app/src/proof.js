/** The proof's customer and product; the shopper has the same two. */
module.exports = { PROOF_EMAIL: "proof@store-platform.invalid", PROOF_SKU: "store-platform-proof" }
