//! The process dies between the commit and the reply: the key brings the answer that was not sent.

use anyhow::{Result, ensure};
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};

use crate::each;

#[test]
fn row_14_the_answer_that_was_never_sent_is_replayed() -> Result<()> {
    runtime()?.block_on(each([Kind::Sqlite, Kind::Postgres], async |kind| replayed(*kind).await))
}

async fn replayed(kind: Kind) -> Result<()> {
    play_here(kind, async |scene: &Scene| {
        let killed = scene.start_with(&scene.settings.pause_at("create.after-commit")).await?;
        let (client, request) = (killed.client.clone(), scene.request("cups"));
        let sent = request.clone();
        let asked = tokio::spawn(async move { client.store_create(&sent, Some("once")).await });
        killed.passed("create.after-commit", 1).await?;
        killed.process.kill().await?;
        asked.abort();

        let service = scene.start().await?;
        let answer = service.post(&request, Some("once")).await?;
        ensure!(answer.status == 202, "{answer:?}");
        ensure!(answer.headers.get("idempotent-replayed").is_some(), "the answer does not say that it is a replay");
        ensure!(
            answer.body["phase"] == "requested",
            "the first answer was 'requested', this is {}",
            answer.body["phase"]
        );
        let rows = scene.database.rows().await?;
        ensure!(rows.len() == 1 && answer.body["id"] == rows[0].id, "the replay names another store: {rows:?}");
        scene.ready(&service, &rows[0].id).await?;
        Ok(())
    })
    .await
}
