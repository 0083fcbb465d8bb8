//! What a sweep takes away, on an API server of its own: without a grace time other tests' stores would go.

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::{PATIENCE, until};
use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim};
use kube::api::{Api, PostParams};
use serde_json::json;
use store_model::Phase;

/// Row 25: the database is lost when a store was half made. Its namespace holds nothing and goes; one that somebody put a
/// claim into, without any label, stays; and a store that sells stays.
#[test]
fn row_25_only_what_holds_nothing_goes() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let lives = scene.create(&service, "lives").await?;
        scene.ready(&service, &lives.id).await?;
        service.terminate().await?;
        let service = scene.start_with(&scene.settings.pause_at("deed.create-credentials.before")).await?;
        let bare = scene.create(&service, "bare").await?;
        let holds = scene.create(&service, "holds").await?;
        service.passed("deed.create-credentials.before", 2).await?;
        service.process.kill().await?;

        let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
        let there = async |id: &str| -> Result<bool> {
            let namespace = namespaces.get_opt(&format!("store-{id}")).await?;
            Ok(namespace.is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_none()))
        };
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(scene.plane.client.clone(), &format!("store-{}", holds.id));
        let claim = json!({"metadata": {"name": "somebodys"}, "spec": {"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Mi"}}}});
        claims.create(&PostParams::default(), &serde_json::from_value(claim)?).await?;

        let empty = scene.directory().join("empty");
        std::fs::create_dir_all(&empty)?;
        scene.database.is_at(&empty.join("store-platform.db"));
        let settings = scene.settings.env("DATA_DIR", empty.display().to_string()).env("ORPHAN_GRACE_SECONDS", "0");
        let service = scene.start_with(&settings).await?;
        until("the bare namespace to be taken away", PATIENCE, async || {
            service.client.doctor_sweep().await?;
            Ok((!there(&bare.id).await?).then_some(()))
        })
        .await?;
        for _ in 0..3 {
            service.client.doctor_sweep().await?;
        }
        ensure!(there(&holds.id).await? && there(&lives.id).await?, "what holds something was taken away");
        let report = until("the removal to be told", PATIENCE, async || {
            let report = service.client.doctor_sweep().await?;
            Ok((!report.removed.is_empty()).then_some(report))
        })
        .await?;
        ensure!(report.removed.len() == 1 && report.removed[0].store_id == bare.id, "{:?}", report.removed);
        ensure!(report.audit.intact, "{:?}", report.audit);

        // All that are left have their rows again.
        let adopted = service.client.doctor_adopt(None).await?;
        ensure!(adopted.items.len() == 2, "{adopted:?}");
        for id in [&lives.id, &holds.id] {
            scene.phase(&service, id, Phase::Ready).await.with_context(|| format!("store {id} was adopted"))?;
        }
        Ok(())
    })
}
