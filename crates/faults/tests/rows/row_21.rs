//! A chart that does not render, an image that does not come: a reason at once, what runs stays, and no loop.

use anyhow::{Context as _, Result, ensure};
use faults::node::Plan;
use faults::scene::{Kind, Scene, play};
use faults::{PATIENCE, until};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use serde_json::json;
use store_model::{Phase, ReasonCode};

use crate::chart;

#[test]
fn row_21_a_broken_chart_stops_before_it_touches_anything() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let good = scene.start().await?;
        let old = scene.create(&good, "old").await?;
        scene.ready(&good, &old.id).await?;
        good.terminate().await?;

        let broken = chart::with_template(scene.directory(), "{{ fail \"broken by the test\" }}\n")?;
        let bad = scene.start_with(&scene.settings.env("HELM_CHART_PATH", broken.display().to_string())).await?;
        let mark = scene.proxy.mark();
        let store = scene.create(&bad, "cups").await?;
        let failed = scene.phase(&bad, &store.id, Phase::Failed).await?;
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Release && reason.detail.contains("broken by the test"), "{reason:?}");
        ensure!(
            (bad.metric("store_platform_helm_runs_total").await? - 1.0).abs() < f64::EPSILON,
            "helm ran again and again"
        );
        let helms = scene.proxy.calls()[mark..].iter().filter(|call| call.is_helms() && call.is_write()).count();
        ensure!(helms == 0, "helm wrote {helms} times before it saw that the chart is broken");
        // The store that runs keeps its only revision.
        scene.ready(&bad, &old.id).await?;
        scene.one_release(&old.id).await?;
        bad.terminate().await?;

        let cured = scene.start().await?;
        cured.client.store_retry(&store.id).await?;
        scene.ready(&cured, &store.id).await?;
        scene.one_release(&store.id).await
    })
}

#[test]
fn row_21_a_pod_that_is_stuck_is_restarted_by_a_retry() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let name = scene.name("cups");
        scene.plane.node.plan(&name, Plan::Pod { status: image_pull_back_off() });
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        ensure!(failed.reason.is_some_and(|reason| reason.code == ReasonCode::ImagePull), "another reason");
        let pods: Api<Pod> = Api::namespaced(scene.plane.client.clone(), &format!("store-{}", store.id));
        ensure!(pods.list(&ListParams::default()).await?.items.len() == 1, "the stuck pod is not there");

        // The image is there now; the pod would wait for its back-off's end.
        scene.plane.node.plan(&name, Plan::Idle);
        service.client.store_retry(&store.id).await?;
        until("the stuck pod to be deleted", PATIENCE, async || {
            let there = pods.list(&ListParams::default()).await?;
            Ok(there.items.iter().all(|pod| pod.metadata.deletion_timestamp.is_some()).then_some(()))
        })
        .await?;
        scene.plane.node.plan(&name, Plan::Ready);
        scene.ready(&service, &store.id).await?;
        let restarts = service.process.log.count(|line| line["point"] == "deed.restart-broken.after");
        ensure!(restarts == 1, "it was restarted {restarts} times");
        scene.one_release(&store.id).await
    })
}

pub fn image_pull_back_off() -> serde_json::Value {
    json!({"phase": "Pending", "containerStatuses": [{
        "name": "app", "image": "registry.invalid/none:1", "imageID": "", "ready": false, "restartCount": 0,
        "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}},
    }]})
}
