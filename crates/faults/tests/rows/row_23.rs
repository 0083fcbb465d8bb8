//! Helm says "deployed" and the quota lets no pod be made: the store fails in seconds, by the controllers' own words.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use faults::node::Plan;
use faults::scene::{Kind, Scene, play};
use store_model::{Phase, ReasonCode};

#[test]
fn row_23_an_exhausted_quota_is_seen_in_seconds() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let name = scene.name("cups");
        let message = "pods \"wordpress-1\" is forbidden: exceeded quota: store, requested: limits.memory=512Mi";
        scene.plane.node.plan(&name, Plan::PodsRefused { message: message.to_owned() });
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        service.passed("deed.install-release.after", 1).await?;
        let installed = Instant::now();
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let after = installed.elapsed();
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Quota && reason.detail.contains("exceeded quota"), "{reason:?}");
        ensure!(after < Duration::from_secs(10), "it took {after:?} to see it");

        // More is granted: it heals without being asked.
        scene.plane.node.plan(&name, Plan::Ready);
        scene.heals(&service, &store.id).await?;
        Ok(())
    })
}
