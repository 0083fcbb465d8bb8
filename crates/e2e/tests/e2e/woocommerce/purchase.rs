//! A customer's purchase, seen from both sides of the counter.

use anyhow::{Context as _, Result};
use e2e::Store;
use shopper::{AdminKey, Customer, Order, Receipt};
use store_api::CredentialsView;

pub fn admin_key(credentials: &CredentialsView) -> AdminKey {
    AdminKey::new(credentials.consumer_key.clone(), credentials.consumer_secret.clone())
}

/// Buys as a guest through the public URL; the owner then sees the same order over the same money.
pub async fn buy(store: &Store, credentials: &CredentialsView, order: &Order) -> Result<Receipt> {
    let receipt = shopper::buy(&store.shop()?, order).await.context("buy as a guest")?;
    owner_sees(store, credentials, &receipt).await?;
    Ok(receipt)
}

/// The owner finds the order as the customer's receipt has it.
pub async fn owner_sees(store: &Store, credentials: &CredentialsView, receipt: &Receipt) -> Result<()> {
    let order = shopper::admin(&store.shop()?, &admin_key(credentials))?
        .order_read(&receipt.order_id)
        .await
        .context("read the order as the owner")?
        .with_context(|| format!("the owner sees no order {}", receipt.order_id))?;
    assert_eq!(order.number, receipt.order_number, "the number on the receipt and in the admin");
    assert_eq!(order.total, receipt.total, "the total on the receipt and in the admin");
    assert_eq!(order.currency, receipt.currency, "the currency on the receipt and in the admin");
    assert_eq!(order.status, "processing", "a cash-on-delivery order waits for its parcel");
    Ok(())
}

/// A customer known by this word.
pub fn customer(word: &str) -> Customer {
    Customer { email: format!("{word}@example.com"), ..Customer::example() }
}

/// Ids of the orders that the owner's list shows, in whatever status.
pub async fn listed_orders(store: &Store, credentials: &CredentialsView) -> Result<Vec<String>> {
    let orders = store.admin_get(credentials, "/wp-json/wc/v3/orders?per_page=100&status=any").await?;
    let orders = orders.as_array().context("a list of orders")?;
    Ok(orders.iter().map(|order| order["id"].to_string()).collect())
}
