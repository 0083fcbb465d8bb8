//! The order that proved a store leaves no trace: what holds for every engine.

use anyhow::{Context as _, Result, ensure};
use shopper::{AdminProduct, PROOF_EMAIL, PROOF_SKU, Receipt};
use store_api::ProofView;

use crate::{Keys, Store};

/// The proof's order is gone, and of the orders that the owner's list shows (`listed`, by id) each is one of `sold`, and
/// each of those is there. Answers with the proof's product, which stays, and shows nowhere.
pub async fn order_is_gone(
    store: &Store,
    keys: &Keys,
    proof: &ProofView,
    sold: &[&Receipt],
    mut listed: Vec<String>,
) -> Result<AdminProduct> {
    let admin = shopper::admin(&store.shop(keys)?, &keys.shop.admin)?;
    let product = admin.product_by_sku(PROOF_SKU).await?.context("the proof's product, which the proof needs")?;
    ensure!(admin.order_read(&proof.order_id).await?.is_none(), "the proof's order {} is still there", proof.order_id);
    assert_eq!(admin.orders_of(PROOF_EMAIL).await?, [], "orders of the proof's customer");

    let mut expected: Vec<String> = sold.iter().map(|receipt| receipt.order_id.clone()).collect();
    expected.sort();
    listed.sort();
    assert_eq!(listed, expected, "the owner's list of orders");
    Ok(product)
}

/// None of these words stands in the text.
pub fn without(traces: &[&str], text: &str) -> Result<()> {
    for trace in traces {
        ensure!(!text.contains(trace), "there is a trace of the proof: {trace}");
    }
    Ok(())
}
