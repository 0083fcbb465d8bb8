//! A namespace that does not go away: the API says what is in the way, and nobody strips its finalizers.

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::{PATIENCE, until};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::json;
use store_model::{Phase, ReasonCode};

const FINALIZER: &str = "example.com/holds-on";

#[test]
fn row_18_what_blocks_a_deletion_is_said() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        let things: Api<ConfigMap> = Api::namespaced(scene.plane.client.clone(), &format!("store-{}", store.id));
        let held = json!({"metadata": {"name": "held", "finalizers": [FINALIZER]}});
        things.create(&PostParams::default(), &serde_json::from_value(held)?).await?;
        service.client.store_delete(&store.id).await?;

        // What is in the way for a moment is in every deletion's way: it is said after a minute.
        let blocked = until("the API to say what blocks the deletion", PATIENCE * 2, async || {
            Ok(Some(service.client.store_get(&store.id).await?).filter(|view| view.reason.is_some()))
        })
        .await?;
        let reason = blocked.reason.context("no reason")?;
        ensure!(blocked.phase == Phase::Deleting && reason.code == ReasonCode::DeleteBlocked, "{reason:?}");
        ensure!(reason.detail.contains(FINALIZER), "the finalizer is not named: {}", reason.detail);
        let thing = things.get("held").await?;
        ensure!(thing.metadata.finalizers == Some(vec![FINALIZER.to_owned()]), "somebody stripped the finalizer");
        ensure!(service.metric("store_platform_deletions_blocked").await? >= 1.0, "no metric tells of it");

        let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
        things.patch("held", &PatchParams::default(), &free).await?;
        scene.deleted(&service, &store.id).await?;
        Ok(())
    })
}
