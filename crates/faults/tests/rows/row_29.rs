//! SQLite serves one process: a second one refuses to start and says what to do. That the chart refuses more replicas is
//! shown where charts are rendered.

use std::time::Duration;

use anyhow::{Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::{PATIENCE, until};

#[test]
fn row_29_a_second_process_on_sqlite_refuses_to_start() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let first = scene.start().await?;
        let second = scene.begin_with(&scene.settings)?;
        let status = second.process.end(Duration::from_secs(30)).await?;
        ensure!(status.code() == Some(1), "it ended with {status}");
        // Its last words are read beside its end.
        until("it to say why", PATIENCE, async || {
            let said = second.process.log.tail(5);
            Ok((said.contains("is in use by another provisioner") && said.contains("DATABASE_URL")).then_some(()))
        })
        .await?;
        let store = scene.create(&first, "cups").await?;
        scene.ready(&first, &store.id).await?;
        Ok(())
    })
}
