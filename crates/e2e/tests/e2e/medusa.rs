//! Medusa stores that sell.

mod beside_woocommerce;
mod guest;
mod hidden_proof;
mod life;
mod login;
mod neighbours;
mod outage;
mod owner;
mod refusals;
mod setup;

use anyhow::{Context as _, Result};
use e2e::{Keys, Store};

/// Ids of the orders that the owner's list shows, in whatever state.
async fn listed_orders(store: &Store, keys: &Keys) -> Result<Vec<String>> {
    let orders = store.admin_get(keys, "/admin/orders?limit=100&fields=id").await?;
    let orders = orders["orders"].as_array().context("a list of orders")?;
    Ok(orders.iter().filter_map(|order| order["id"].as_str().map(str::to_owned)).collect())
}
