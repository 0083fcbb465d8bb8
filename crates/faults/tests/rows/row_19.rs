//! Disks that stay: a store is not deleted while one of its volumes is there, and says so.

use anyhow::{Context as _, Result, ensure};
use faults::node::Volumes;
use faults::scene::{Kind, Scene, play};
use faults::{PATIENCE, until};
use store_model::{Phase, ReasonCode};

#[test]
fn row_19_a_volume_that_stays_keeps_the_store_from_being_deleted() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        // After so long without progress what is missing is said; a creation takes far less.
        let service = scene.start_with(&scene.settings.env("READY_DEADLINE_SECONDS", "30")).await?;
        let name = scene.name("cups");
        scene.plane.node.plan_volumes(&name, Volumes::Stay);
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        service.client.store_delete(&store.id).await?;
        let blocked = until("the API to say which volumes are left", PATIENCE, async || {
            let view = service.client.store_get(&store.id).await?;
            ensure!(view.phase == Phase::Deleting, "it is {} with its volumes there", view.phase.as_str());
            Ok(Some(view).filter(|view| view.reason.is_some()))
        })
        .await?;
        let reason = blocked.reason.context("no reason")?;
        ensure!(reason.code == ReasonCode::DeleteBlocked && reason.detail.contains("pvc-"), "{reason:?}");

        scene.plane.node.plan_volumes(&name, Volumes::GoWithTheirClaims);
        let gone = scene.deleted(&service, &store.id).await?;
        let removed = gone.removed.context("the answer does not say what was removed")?;
        ensure!(removed.iter().any(|thing| thing.starts_with("PersistentVolumeClaim/")), "{removed:?}");
        Ok(())
    })
}
