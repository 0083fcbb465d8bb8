//! A basket becomes an order: once, however often it is asked for.

use crate::backend::wire::Cart;
use crate::backend::{Fault, Guest, Placed};
use crate::id::Id;
use crate::shop::Shop;

/// What came of it.
pub enum Outcome {
    Placed(Placed),
    /// The address is known now, and with it this is no way to ship to it.
    NotShipped(Cart),
    /// The customer saw another total.
    OtherTotal(Cart),
    /// Somebody else bought the last one.
    SoldOut,
    Refused(Fault),
    /// There is no basket, or nothing in it.
    Empty,
}

/// The steps that Medusa asks for; each may be repeated.
pub async fn place(shop: &Shop, id: &Id, guest: &Guest, shipping: &str, seen: &str) -> Result<Outcome, Fault> {
    match steps(shop, id, guest, shipping, seen).await {
        Ok(outcome) => Ok(outcome),
        Err(fault) if fault.is_stock() => Ok(Outcome::SoldOut),
        Err(fault @ Fault::Refused { .. }) => after_all(shop, id, fault).await,
        Err(Fault::Unknown) => Ok(Outcome::Empty),
        Err(fault @ Fault::Away(_)) => Err(fault),
    }
}

async fn steps(shop: &Shop, id: &Id, guest: &Guest, shipping: &str, seen: &str) -> Result<Outcome, Fault> {
    let backend = &shop.backend;
    let cart = backend.cart(id).await?;
    if cart.completed_at.is_some() {
        // The first click's order.
        return Ok(Outcome::Placed(backend.complete(id).await?));
    }
    if cart.items.is_empty() {
        return Ok(Outcome::Empty);
    }
    let mut cart = backend.cart_guest(id, guest).await?;
    // What does not ship to the new address, Medusa has taken off the cart by itself.
    if cart.shipping() != Some(shipping) {
        let options = backend.shipping_options(id).await?;
        if !options.iter().any(|option| option.id == shipping) {
            return Ok(Outcome::NotShipped(cart));
        }
        cart = backend.shipping_choose(id, shipping).await?;
    }
    if cart.totals.total.to_string() != seen {
        return Ok(Outcome::OtherTotal(cart));
    }
    backend.pay(id).await?;
    Ok(Outcome::Placed(backend.complete(id).await?))
}

/// A step was refused: perhaps because the customer's other click, at the same moment, placed the order.
async fn after_all(shop: &Shop, id: &Id, fault: Fault) -> Result<Outcome, Fault> {
    let cart = shop.backend.cart(id).await?;
    if cart.completed_at.is_none() {
        return Ok(Outcome::Refused(fault));
    }
    match shop.backend.complete(id).await {
        Ok(placed) => Ok(Outcome::Placed(placed)),
        Err(refused @ Fault::Refused { .. }) => Ok(Outcome::Refused(refused)),
        Err(fault) => Err(fault),
    }
}
