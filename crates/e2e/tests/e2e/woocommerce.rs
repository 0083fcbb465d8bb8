//! Stores that sell.

mod command_line;
mod crash;
mod hidden_proof;
mod installer;
mod life;
mod login;
mod neighbours;
mod owner;
mod trouble;

use anyhow::{Context as _, Result};
use e2e::{Keys, Store};

/// Ids of the orders that the owner's list shows, in whatever status.
async fn listed_orders(store: &Store, keys: &Keys) -> Result<Vec<String>> {
    let orders = store.admin_get(keys, "/wp-json/wc/v3/orders?per_page=100&status=any").await?;
    let orders = orders.as_array().context("a list of orders")?;
    Ok(orders.iter().map(|order| order["id"].to_string()).collect())
}
