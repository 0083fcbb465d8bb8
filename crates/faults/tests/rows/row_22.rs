//! The release's record is garbage: a reason that names it, and once it is gone the upgrade is tried again.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use serde_json::json;
use store_model::{Phase, ReasonCode};

#[test]
fn row_22_a_corrupt_release_fails_with_its_reason_and_is_made_anew() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let killed = scene.start_with(&scene.settings.pause_at("deed.install-release.after")).await?;
        let store = scene.create(&killed, "cups").await?;
        killed.passed("deed.install-release.after", 1).await?;
        killed.process.kill().await?;

        let namespace = format!("store-{}", store.id);
        let secrets: Api<Secret> = Api::namespaced(scene.plane.client.clone(), &namespace);
        let record = format!("sh.helm.release.v1.{namespace}.v1");
        let garbage = BTreeMap::from([("release", k8s_openapi::ByteString(b"no release at all".to_vec()))]);
        let spoil = json!({"data": garbage, "metadata": {"labels": {"status": "pending-upgrade"}}});
        secrets.patch(&record, &PatchParams::default(), &Patch::Merge(spoil)).await?;

        let service = scene.start().await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Release && reason.detail.contains("mark the release failed"), "{reason:?}");

        secrets.delete(&record, &DeleteParams::default()).await?;
        service.client.store_retry(&store.id).await?;
        scene.ready(&service, &store.id).await?;
        scene.one_release(&store.id).await
    })
}
