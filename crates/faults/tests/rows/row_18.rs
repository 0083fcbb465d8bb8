//! A namespace that does not go away: the API says what is in the way, and nobody strips its finalizers.

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play, play_alone};
use faults::service::Service;
use faults::{PATIENCE, until};
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use store_api::ReasonView;
use store_model::{Phase, ReasonCode};

const GROUP: &str = "dead.example.com";
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

        let reason = blocked(&service, &store.id).await?;
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

/// Some other program has left an API of its own behind that nobody answers for. A namespace is not gone before Kubernetes
/// knows that it holds nothing of that API, so no deletion of any store ends.
#[test]
fn row_18_an_aggregated_api_that_is_dead_is_said() -> Result<()> {
    play_alone(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        let services: Api<APIService> = Api::all(scene.plane.client.clone());
        let name = format!("v1.{GROUP}");
        let dead = json!({"metadata": {"name": name}, "spec": {
            "group": GROUP, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": true, "service": {"namespace": "default", "name": "nobody"},
        }});
        services.create(&PostParams::default(), &serde_json::from_value(dead)?).await?;
        // A store can be made all the same.
        let meanwhile = scene.create(&service, "mugs").await?;
        scene.ready(&service, &meanwhile.id).await?;

        service.client.store_delete(&store.id).await?;
        let reason = blocked(&service, &store.id).await?;
        ensure!(reason.detail.contains(GROUP), "the API is not named: {}", reason.detail);
        ensure!(services.get_opt(&name).await?.is_some(), "somebody took it away");

        services.delete(&name, &DeleteParams::default()).await?;
        scene.deleted(&service, &store.id).await?;
        Ok(())
    })
}

/// What is in the way for a moment is in every deletion's way: it is said after a minute.
async fn blocked(service: &Service, store: &str) -> Result<ReasonView> {
    let blocked = until("the API to say what blocks the deletion", PATIENCE * 2, async || {
        Ok(Some(service.client.store_get(store).await?).filter(|view| view.reason.is_some()))
    })
    .await?;
    let reason = blocked.reason.context("no reason")?;
    ensure!(blocked.phase == Phase::Deleting && reason.code == ReasonCode::DeleteBlocked, "{reason:?}");
    Ok(reason)
}
