//! The owner deletes while the store is being made, at each step: the wish that came last wins, and nothing is left.

use anyhow::{Context as _, Result, ensure};
use faults::invariants;
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};

use crate::each;

const POINTS: [&str; 13] = [
    "claim.after-commit",
    "look.before",
    "deed.create-namespace.before",
    "deed.create-namespace.after",
    "deed.grant-access.before",
    "deed.grant-access.after",
    "deed.create-credentials.before",
    "deed.create-credentials.after",
    "deed.install-release.before",
    "deed.install-release.after",
    "deed.prove.before",
    "deed.prove.after",
    "record.after-commit",
];

#[test]
fn row_15_deleted_at_each_step_of_a_creation() -> Result<()> {
    // The databases in turn: what differs between them is how a wish overtakes a claim, and that is asked at each step.
    let kinds = [Kind::Sqlite, Kind::Postgres].into_iter().cycle();
    runtime()?.block_on(each(POINTS.into_iter().zip(kinds), async |(point, kind)| deleted_at(point, *kind).await))
}

async fn deleted_at(point: &'static str, kind: Kind) -> Result<()> {
    play_here(kind, async |scene: &Scene| {
        // It holds the worker there for a second and a half, while the API goes on.
        // Long enough for the wish to come meanwhile, also on a busy machine, and shorter than a holder may be silent.
        let settings = scene.settings.env("FAILPOINTS", format!("{point}=1*sleep(5000)->off"));
        let service = scene.start_with(&settings).await?;
        let store = scene.create(&service, "cups").await?;
        service.passed(point, 1).await?;
        service.client.store_delete(&store.id).await?;
        let gone = scene.deleted(&service, &store.id).await?;
        ensure!(gone.removed.is_some(), "the answer does not say what was removed");
        invariants::every_request_ends(scene).await?;
        let left = invariants::left_of(scene.plane, &format!("store-{}", store.id)).await?;
        ensure!(left.is_empty(), "left behind: {left:?}");
        // The name is free at once.
        let again = service.client.store_create(&scene.request("cups"), None).await.context("use the name again")?;
        ensure!(again.id != store.id);
        scene.ready(&service, &again.id).await?;
        Ok(())
    })
    .await
}
