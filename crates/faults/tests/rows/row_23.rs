//! Helm says "deployed" and the quota lets no pod be made: the store fails in seconds, by the controllers' own words.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use faults::node::Plan;
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};
use store_model::{Phase, ReasonCode};

use crate::each;

const MESSAGE: &str = "pods \"app-1\" is forbidden: exceeded quota: store, requested: limits.memory=512Mi";

#[test]
fn row_23_an_exhausted_quota_is_seen_in_seconds() -> Result<()> {
    let message = MESSAGE.to_owned();
    let cases = [Plan::PodsRefused { message: message.clone() }, Plan::DatabaseRefused { message }];
    runtime()?.block_on(each(cases, async |plan| refused(plan.clone()).await))
}

async fn refused(plan: Plan) -> Result<()> {
    play_here(Kind::Sqlite, async |scene: &Scene| {
        let name = scene.name("cups");
        scene.plane.node.plan(&name, plan);
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        service.passed("deed.install-release.after", 1).await?;
        let installed = Instant::now();
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let after = installed.elapsed();
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Quota && reason.detail.contains("exceeded quota"), "{reason:?}");
        ensure!(after < Duration::from_mins(1), "it took {after:?} to see it");

        // More is granted: it heals without being asked.
        scene.plane.node.plan(&name, Plan::Ready);
        scene.heals(&service, &store.id).await?;
        Ok(())
    })
    .await
}
