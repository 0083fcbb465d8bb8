// What the golden database holds: written by the seed, looked for by store-setup. One place, so that they agree.
module.exports = {
  currency: "eur",
  country: "de",
  region: "Worldwide",
  location: "Warehouse",
  // Of the samples' pictures; store-setup puts the store's public URL before it.
  pictures: "/static/samples",
  shop: { channel: "Online shop", key: "Online shop" },
  // The shopper finds the proof's key by this title.
  proof: { channel: "Store platform proof", key: "Store platform proof", handle: "store-platform-proof" },
}
