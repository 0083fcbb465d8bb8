// The golden database: migrated by Medusa, seeded here by Medusa's own workflows, once per image. The names that
// store-setup looks for stand in ../setup/golden.js. Runs on a new database only; a failure ends the image's build.
const { ContainerRegistrationKeys, Modules, ProductStatus } = require("@medusajs/framework/utils")
const flows = require("@medusajs/medusa/core-flows")
const golden = require("../setup/golden")
const { samples, proof } = require("./products")

exports.default = async function seed({ container }) {
  const run = async (name, input) => (await flows[name](container).run({ input })).result
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const link = container.resolve(ContainerRegistrationKeys.LINK)

  // Medusa made a store, a sales channel and a publishable key before this script.
  const [store] = (await query.graph({ entity: "store", fields: ["id", "default_sales_channel_id"] })).data
  const keys = (await query.graph({ entity: "api_key", fields: ["id"], filters: { type: "publishable" } })).data
  const shopChannel = store.default_sales_channel_id
  await run("updateSalesChannelsWorkflow", {
    selector: { id: shopChannel },
    update: { name: golden.shop.channel, description: "What customers see." },
  })
  await run("updateApiKeysWorkflow", { selector: { id: keys[0].id }, update: { title: golden.shop.key } })

  // The proof sells from a channel of its own: with the shop's key its product is not to be found.
  const [proofChannel] = await run("createSalesChannelsWorkflow", {
    salesChannelsData: [{ name: golden.proof.channel, description: "Where the platform buys, to prove that the store sells." }],
  })
  const [proofKey] = await run("createApiKeysWorkflow", {
    api_keys: [{ title: golden.proof.key, type: "publishable", created_by: "" }],
  })
  await run("linkSalesChannelsToApiKeyWorkflow", { id: proofKey.id, add: [proofChannel.id] })

  // The whole world, as in a WooCommerce store: an owner who ships to fewer countries takes some out.
  const countries = (await query.graph({ entity: "country", fields: ["iso_2"] })).data.map((country) => country.iso_2)
  const [region] = await run("createRegionsWorkflow", {
    regions: [
      { name: golden.region, currency_code: golden.currency, countries, payment_providers: ["pp_system_default"] },
    ],
  })
  await run("createTaxRegionsWorkflow", [{ country_code: golden.country, provider_id: "tp_system" }])

  const [location] = await run("createStockLocationsWorkflow", {
    locations: [{ name: golden.location, address: { address_1: "", city: "", country_code: golden.country } }],
  })
  await link.create({
    [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
  })
  await run("linkSalesChannelsToStockLocationWorkflow", { id: location.id, add: [shopChannel, proofChannel.id] })
  await run("updateStoresWorkflow", {
    selector: { id: store.id },
    update: {
      supported_currencies: [{ currency_code: golden.currency, is_default: true }],
      default_region_id: region.id,
      default_location_id: location.id,
    },
  })

  const profile = await shipping({ container, run, query, link, location, countries })
  await products({ run, query, location, profile, channels: { shop: shopChannel, proof: proofChannel.id } })
}

async function shipping({ container, run, query, link, location, countries }) {
  const [profile] = (await query.graph({ entity: "shipping_profile", fields: ["id"], filters: { type: "default" } })).data
  const set = await container.resolve(Modules.FULFILLMENT).createFulfillmentSets({
    name: "Shipping",
    type: "shipping",
    service_zones: [
      { name: golden.region, geo_zones: countries.map((country_code) => ({ country_code, type: "country" })) },
    ],
  })
  await link.create({
    [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
    [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
  })
  await run("createShippingOptionsWorkflow", [
    {
      name: "Standard shipping",
      price_type: "flat",
      provider_id: "manual_manual",
      service_zone_id: set.service_zones[0].id,
      shipping_profile_id: profile.id,
      type: { label: "Standard", description: "With you in a few days.", code: "standard" },
      prices: [{ currency_code: golden.currency, amount: 4.9 }],
      rules: [
        { attribute: "enabled_in_store", value: "true", operator: "eq" },
        { attribute: "is_return", value: "false", operator: "eq" },
      ],
    },
  ])
  return profile
}

async function products({ run, query, location, profile, channels }) {
  const names = [...new Set(samples.map((sample) => sample.category))]
  const categories = await run("createProductCategoriesWorkflow", {
    product_categories: names.map((name) => ({ name, is_active: true })),
  })
  const described = (product, channel) => ({
    handle: product.handle,
    title: product.title,
    subtitle: product.subtitle,
    description: product.description,
    status: ProductStatus.PUBLISHED,
    shipping_profile_id: profile.id,
    sales_channels: [{ id: channel }],
    category_ids: categories.filter((category) => category.name === product.category).map((category) => category.id),
    ...(product.picture && {
      thumbnail: `${golden.pictures}/${product.picture}`,
      images: [{ url: `${golden.pictures}/${product.picture}` }],
    }),
    options: [{ title: product.option, values: product.variants.map((variant) => variant.name) }],
    variants: product.variants.map((variant) => ({
      title: variant.name,
      sku: variant.sku,
      manage_inventory: true,
      options: { [product.option]: variant.name },
      prices: [{ currency_code: golden.currency, amount: variant.price }],
    })),
  })
  await run("createProductsWorkflow", {
    products: [...samples.map((sample) => described(sample, channels.shop)), described(proof, channels.proof)],
  })

  const stock = new Map([...samples, proof].flatMap((product) => product.variants).map(({ sku, stock }) => [sku, stock]))
  const items = (await query.graph({ entity: "inventory_item", fields: ["id", "sku"] })).data
  await run("createInventoryLevelsWorkflow", {
    inventory_levels: items.map((item) => ({
      inventory_item_id: item.id,
      location_id: location.id,
      stocked_quantity: stock.get(item.sku),
    })),
  })
}
