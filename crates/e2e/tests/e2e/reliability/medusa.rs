//! A Medusa store's database, killed while customers buy.

mod beside_woocommerce;

use anyhow::Result;
use e2e::alone;
use e2e::customers::{Counter, keep_coming};
use e2e::snapshot::Containers;
use store_model::Engine;
use tokio::time::Instant;

use super::{Before, database, only_these_restarted};

#[tokio::test]
async fn postgres_killed_while_customers_buy_loses_no_confirmed_order() -> Result<()> {
    alone(async |scene| {
        anyhow::ensure!(scene.world.embedded, "only on the embedded cluster is the database's process this machine's");
        let before = Before::make(scene, "postgres-killed", Engine::Medusa).await?;
        let Before { store, keys, .. } = &before;
        let containers = Containers::of(&scene.world).await?;
        let counters = [Counter { store, keys, word: "postgres" }];
        let postgres = database(store, "postgres", "postgres").await?;
        let fault = async || {
            postgres.kill().await?;
            Ok(Instant::now())
        };
        let sales = keep_coming(&counters, fault).await?;
        for sales in &sales {
            sales.stand().await?;
        }
        before.is_unchanged().await?;
        only_these_restarted(&scene.world, &containers, &[format!("{}/postgres", store.namespace())]).await
    })
    .await
}
