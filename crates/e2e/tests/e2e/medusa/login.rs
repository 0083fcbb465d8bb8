//! The owner's desk: the log-in by a link, what the programs say, what they take.

use anyhow::{Context as _, Result};
use e2e::{beside_others, desk};
use store_model::Engine;

#[tokio::test]
async fn a_link_logs_the_owner_in_once_and_the_owner_sees_what_runs() -> Result<()> {
    beside_others(async |scene| {
        let request = scene.request("medusa-login", Engine::Medusa).await?;
        let store = scene.create(&request, None).await?;
        store.ready().await?;
        desk::logs_in_once(&store, "/admin/users/me").await?;
        desk::sees_what_runs(&store).await.context("what runs")
    })
    .await
}
