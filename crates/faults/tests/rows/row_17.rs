//! Deletions that find nothing, find it gone already, or find somebody else's namespace.

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, PostParams};
use serde_json::json;
use store_model::{Phase, ReasonCode};

#[test]
fn row_17_deleting_twice_is_deleting_once() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        service.client.store_delete(&store.id).await?;
        service.client.store_delete(&store.id).await?;
        scene.deleted(&service, &store.id).await?;
        service.client.store_delete(&store.id).await?;
        let deletions = scene.proxy.count(|call| {
            call.is_provisioners()
                && call.method == "DELETE"
                && call.path == format!("/api/v1/namespaces/store-{}", store.id)
        });
        ensure!(deletions == 1, "the namespace was deleted {deletions} times");
        Ok(())
    })
}

#[test]
fn row_17_deleting_what_was_never_installed() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        // The API server is away from the start: nothing can have been made.
        scene.proxy.down().await?;
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        service.client.store_delete(&store.id).await?;
        scene.proxy.up().await?;
        scene.deleted(&service, &store.id).await?;
        ensure!(scene.proxy.count(Call::is_write) == 0, "something was written for a store that never was");
        Ok(())
    })
}

#[test]
fn row_17_a_foreign_namespace_is_never_touched() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let held = scene.proxy.add(Rule::new(Fault::Hold, |call| call.makes("namespaces")).times(1));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        held.hit(1).await?;
        let name = format!("store-{}", store.id);
        let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
        let foreign = json!({"metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "store-platform"}}});
        let before = namespaces.create(&PostParams::default(), &serde_json::from_value(foreign)?).await?;
        held.release();

        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        ensure!(failed.reason.is_some_and(|reason| reason.code == ReasonCode::ForeignNamespace), "another reason");
        service.client.store_delete(&store.id).await?;
        scene.deleted(&service, &store.id).await?;
        let after = namespaces.get(&name).await?;
        ensure!(after.metadata.deletion_timestamp.is_none(), "the foreign namespace is being deleted");
        ensure!(
            after.metadata.resource_version == before.metadata.resource_version
                || after.metadata.labels == before.metadata.labels,
            "the foreign namespace was changed"
        );
        let inside = scene.proxy.count(|call| call.is_write() && call.namespace() == Some(&name));
        ensure!(inside == 0, "{inside} writes into a foreign namespace");
        Ok(())
    })
}
