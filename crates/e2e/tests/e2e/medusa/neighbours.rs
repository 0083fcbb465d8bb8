//! Two Medusa stores side by side: nothing in common, and what one suffers the other does not.

use anyhow::{Context as _, Result, bail};
use e2e::{beside_others, purchase, walls};
use shopper::Order;
use store_model::Engine;

use super::outage;
use crate::side_by_side::Row;

#[tokio::test]
async fn two_stores_share_nothing_and_an_outage_of_one_is_not_the_others() -> Result<()> {
    beside_others(async |scene| {
        let row = Row::open(scene, &[("medusa-left", Engine::Medusa), ("medusa-right", Engine::Medusa)]).await?;
        row.share_nothing().await?;
        let [(left, left_keys), (right, right_keys)] = &row.stores[..] else { bail!("two stores were made") };
        walls::stand(left).await?;
        walls::keep_secrets(left, &walls::minted(left).await?).await?;
        let sells_on = async || {
            let order = Order::first(purchase::customer("meanwhile"));
            purchase::buy(right, right_keys, &order).await.map(drop).context("the neighbour's customer")
        };
        outage::each_in_turn(left, left_keys, sells_on).await?;
        row.first_leaves_and_the_others_sell_on().await
    })
    .await
}
