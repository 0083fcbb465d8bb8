const { defineMiddlewares } = require("@medusajs/framework/http")
const { PROOF_SKU } = require("../proof")

/** The proof's product is in no list of the admin's, unless it is asked for by name. Customers never see it: its sales
 * channel is not theirs. Its handle is its SKU. */
function without(field) {
  return (request, _response, next) => {
    const filters = request.filterableFields
    if (filters && !filters[field] && !filters.id) filters[field] = { $ne: PROOF_SKU }
    next()
  }
}

// Medusa looks for a default export.
exports.default = defineMiddlewares({
  routes: [
    { methods: ["GET"], matcher: "/admin/products", middlewares: [without("handle")] },
    { methods: ["GET"], matcher: "/admin/product-variants", middlewares: [without("sku")] },
    { methods: ["GET"], matcher: "/admin/inventory-items", middlewares: [without("sku")] },
  ],
})
