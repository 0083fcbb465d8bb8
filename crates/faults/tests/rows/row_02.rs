//! kill -9 in the middle of a recovery, five times: recovering is as safe to repeat as anything else.

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};

/// Where each of the processes dies that recover from the one before.
const DEATHS: [&str; 5] = [
    "deed.recover-release.before",
    "deed.recover-release.after",
    "deed.install-release.before",
    "deed.install-release.after",
    "deed.prove.before",
];

#[test]
fn row_02_killed_during_recovery_on_sqlite() -> Result<()> {
    play(Kind::Sqlite, killed_during_recovery)
}

#[test]
fn row_02_killed_during_recovery_on_postgres() -> Result<()> {
    play(Kind::Postgres, killed_during_recovery)
}

async fn killed_during_recovery(scene: &Scene) -> Result<()> {
    // Helm has written half of the objects when the provisioner dies, and Helm with it.
    let held = scene.proxy.add(Rule::new(Fault::Hold, is_half_way).times(1));
    let first = scene.start().await?;
    let store = scene.create(&first, "cups").await?;
    held.hit(1).await?;
    first.process.kill().await?;
    scene.proxy.clear();

    for point in DEATHS {
        let dying = scene.start_with(&scene.settings.pause_at(point)).await?;
        dying.passed(point, 1).await?;
        dying.process.kill().await?;
    }
    let service = scene.start().await?;
    scene.ready(&service, &store.id).await?;
    // In its events: a sale sets the row's attempts back to none.
    let counted = scene.attempts().await?;
    ensure!(counted.is_empty(), "dying is nobody's failure: {counted:?}");
    scene.one_release(&store.id).await
}

fn is_half_way(call: &Call) -> bool {
    call.is_helms() && call.method == "PATCH" && call.is_about("deployments")
}
