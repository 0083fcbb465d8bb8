//! No room, no image, a program that stops again and again: each is said by its name, kept, and heals.

use anyhow::{Context as _, Result, ensure};
use faults::node::Plan;
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};
use serde_json::{Value, json};
use store_model::{Phase, ReasonCode};

use crate::each;
use crate::row_21::image_pull_back_off;

#[test]
fn row_24_what_a_pod_lacks_is_the_reason() -> Result<()> {
    let unschedulable = json!({"phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient memory.",
        // Long enough ago that no node is just joining.
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }]});
    let crashing = json!({"phase": "Running", "containerStatuses": [{
        "name": "app", "image": "x", "imageID": "", "ready": false, "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting"}},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "message": "no such table"}},
    }]});
    let cases = [
        (ReasonCode::Unschedulable, unschedulable),
        (ReasonCode::ImagePull, image_pull_back_off()),
        (ReasonCode::CrashLoop, crashing),
    ];
    runtime()?.block_on(each(cases, async |(code, status)| lacks(*code, status).await))
}

async fn lacks(code: ReasonCode, status: &Value) -> Result<()> {
    play_here(Kind::Sqlite, async |scene: &Scene| {
        let name = scene.name("cups");
        scene.plane.node.plan(&name, Plan::Pod { status: status.clone() });
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == code, "{reason:?}");
        ensure!(!reason.cure.is_empty() && reason.detail.contains("wordpress"), "{reason:?}");
        // Nothing is torn down: the release stays, and when the pod comes up after all, the store goes on by itself.
        scene.one_release(&store.id).await?;
        scene.plane.node.plan(&name, Plan::Ready);
        scene.heals(&service, &store.id).await?;
        Ok(())
    })
    .await
}
