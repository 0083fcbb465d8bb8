//! Both engines on one platform. The module's name holds that of both, so that it is skipped where either can't be had.

use anyhow::Result;
use e2e::beside_others;
use store_model::Engine;

use crate::side_by_side::Row;

#[tokio::test]
async fn two_medusa_stores_and_a_woocommerce_store_share_nothing() -> Result<()> {
    beside_others(async |scene| {
        let row = [("row-one", Engine::Medusa), ("row-two", Engine::Woocommerce), ("row-three", Engine::Medusa)];
        let row = Row::open(scene, &row).await?;
        row.share_nothing().await?;
        row.first_leaves_and_the_others_sell_on().await
    })
    .await
}
