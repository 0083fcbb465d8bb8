//! A customer's purchase, seen from both sides of the counter.

use anyhow::{Context as _, Result};
use shopper::{Customer, Order, Receipt};

use crate::{Keys, Store};

/// Buys as a customer does, through the public URL; the owner then sees the same order over the same money.
pub async fn buy(store: &Store, keys: &Keys, order: &Order) -> Result<Receipt> {
    let receipt = shopper::buy(&store.shop(keys)?, order).await.context("buy as a customer")?;
    owner_sees(store, keys, &receipt).await?;
    Ok(receipt)
}

/// The same by the shop's API, as a storefront of somebody else's would.
pub async fn buy_by_api(store: &Store, keys: &Keys, order: &Order) -> Result<Receipt> {
    let receipt = shopper::buy_by_api(&store.shop(keys)?, order).await.context("buy by the shop's API")?;
    owner_sees(store, keys, &receipt).await?;
    Ok(receipt)
}

/// The owner finds the order as the customer's receipt has it.
pub async fn owner_sees(store: &Store, keys: &Keys, receipt: &Receipt) -> Result<()> {
    let order = shopper::admin(&store.shop(keys)?, &keys.shop.admin)?
        .order_read(&receipt.order_id)
        .await
        .context("read the order as the owner")?
        .with_context(|| format!("the owner sees no order {}", receipt.order_id))?;
    assert_eq!(order.number, receipt.order_number, "the number on the receipt and in the admin");
    assert_eq!(order.total, receipt.total, "the total on the receipt and in the admin");
    assert_eq!(order.currency, receipt.currency, "the currency on the receipt and in the admin");
    assert_eq!(order.status, receipt.status, "the state on the receipt and in the admin");
    // Paid at the door or by invoice: it waits for its parcel, and nobody has cancelled it.
    assert!(["processing", "pending"].contains(&order.status.as_str()), "a sold order is {}", order.status);
    Ok(())
}

/// A customer known by this word.
pub fn customer(word: &str) -> Customer {
    Customer { email: format!("{word}@example.com"), ..Customer::example() }
}
