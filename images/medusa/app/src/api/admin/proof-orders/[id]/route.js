const { ContainerRegistrationKeys, MedusaError, Modules } = require("@medusajs/framework/utils")
const { PROOF_EMAIL } = require("../../../../proof")

/**
 * Removes a proof's order for good, once it is cancelled, and its customer. Medusa itself keeps every order, which is
 * right for customers' ones: no other order can be removed here.
 */
exports.DELETE = async (request, response) => {
  const { id } = request.params
  const query = request.scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({ entity: "order", fields: ["id", "email", "status"], filters: { id } })
  const [order] = data
  if (!order) throw new MedusaError(MedusaError.Types.NOT_FOUND, `Order with id: ${id} was not found`)
  if (order.email !== PROOF_EMAIL) {
    throw new MedusaError(MedusaError.Types.NOT_ALLOWED, "Only the platform's own orders can be removed")
  }
  if (order.status !== "canceled") {
    throw new MedusaError(MedusaError.Types.NOT_ALLOWED, "Cancel the order first, so that its stock goes back")
  }
  await request.scope.resolve(ContainerRegistrationKeys.LINK).delete({ [Modules.ORDER]: { order_id: id } })
  await request.scope.resolve(Modules.ORDER).deleteOrders([id])

  const customers = request.scope.resolve(Modules.CUSTOMER)
  const left = await customers.listCustomers({ email: PROOF_EMAIL }, { select: ["id"] })
  await customers.deleteCustomers(left.map((customer) => customer.id))
  response.json({ id, object: "order", deleted: true })
}
