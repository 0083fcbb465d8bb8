//! kill -9 of the provisioner at each step: whoever comes next goes on from what is there.

use anyhow::Result;
use faults::scene::{Kind, Scene, play};

#[test]
fn row_01_thin() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let killed = scene.start_with(&scene.settings.pause_at("deed.install-release.after")).await?;
        let store = scene.create(&killed, "cups").await?;
        killed.passed("deed.install-release.after", 1).await?;
        killed.process.kill().await?;
        let service = scene.start().await?;
        scene.ready(&service, &store.id).await?;
        scene.one_release(&store.id).await
    })
}
