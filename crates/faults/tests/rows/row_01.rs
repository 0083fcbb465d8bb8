//! kill -9 of the provisioner at each step: whoever comes next goes on from what is there.

use std::time::Duration;

use anyhow::{Result, ensure};
use faults::proxy::{Agent, Call, Fault, Program, Rule};
use faults::scene::{Kind, Scene, play, play_here};
use faults::{runtime, until};

use crate::each;

/// A point, and at which passing of it the process dies.
type Point = (&'static str, usize);

const DEEDS: [&str; 5] = ["create-namespace", "grant-access", "create-credentials", "install-release", "prove"];

/// What a creation passes: a store's way has twelve records and six looks.
fn of_create() -> Vec<(String, usize)> {
    let once: [Point; 3] = [("create.before-commit", 1), ("create.after-commit", 1), ("claim.after-commit", 1)];
    let looks = (1..=6).map(|nth| ("look.before", nth));
    let records = (1..=12).map(|nth| (if nth % 2 == 0 { "record.before-commit" } else { "record.after-commit" }, nth));
    let named = once.into_iter().chain(looks).chain(records).map(|(point, nth)| (point.to_owned(), nth));
    let deeds = DEEDS.iter().flat_map(|deed| ["before", "after"].map(|side| (format!("deed.{deed}.{side}"), 1)));
    named.chain(deeds).collect()
}

const OF_DELETE: [&str; 6] = [
    "delete.before-commit",
    "delete.after-commit",
    "deed.uninstall-release.before",
    "deed.uninstall-release.after",
    "deed.delete-namespace.before",
    "deed.delete-namespace.after",
];

#[test]
fn row_01_killed_at_every_step_of_a_creation_on_sqlite() -> Result<()> {
    runtime()?.block_on(each(of_create(), async |case| killed_while_creating(Kind::Sqlite, case).await))
}

#[test]
fn row_01_killed_at_every_step_of_a_creation_on_postgres() -> Result<()> {
    runtime()?.block_on(each(of_create(), async |case| killed_while_creating(Kind::Postgres, case).await))
}

#[test]
fn row_01_killed_at_every_step_of_a_deletion_on_sqlite() -> Result<()> {
    runtime()?.block_on(each(OF_DELETE, async |case| killed_while_deleting(Kind::Sqlite, case).await))
}

#[test]
fn row_01_killed_at_every_step_of_a_deletion_on_postgres() -> Result<()> {
    runtime()?.block_on(each(OF_DELETE, async |case| killed_while_deleting(Kind::Postgres, case).await))
}

/// A Helm that outlived its provisioner would work on the store beside the next one's.
#[test]
fn row_01_helm_dies_with_its_provisioner() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let half_way = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
        let held = scene.proxy.add(Rule::new(Fault::Hold, half_way).times(1));
        let killed = scene.start().await?;
        let store = scene.create(&killed, "cups").await?;
        held.hit(1).await?;
        let release = format!("store-{}", store.id);
        let is_its = |program: &Program| program.agent == Agent::Helm && program.release() == Some(&release);
        ensure!(Program::all().iter().any(is_its), "there is no Helm to be killed");
        killed.process.kill().await?;
        // It is held in the middle of a call: of itself it would not end.
        until("its Helm to be dead", Duration::from_secs(10), async || {
            Ok((!Program::all().iter().any(is_its)).then_some(()))
        })
        .await?;
        scene.proxy.clear();
        let service = scene.start().await?;
        scene.ready(&service, &store.id).await?;
        scene.one_release(&store.id).await
    })
}

async fn killed_while_creating(kind: Kind, (point, nth): &(String, usize)) -> Result<()> {
    play_here(kind, async |scene: &Scene| {
        let failpoint = format!("{point}={}*off->pause", nth - 1);
        let killed = scene.start_with(&scene.settings.env("FAILPOINTS", failpoint)).await?;
        let client = killed.client.clone();
        let request = scene.request("cups");
        let sent = request.clone();
        // At some points the answer never comes; the client asks again with its key, as clients do.
        let asked = tokio::spawn(async move { client.store_create(&sent, Some("once")).await });
        killed.passed(point, *nth).await?;
        killed.process.kill().await?;
        asked.abort();

        let service = scene.start().await?;
        let store = service.client.store_create(&request, Some("once")).await?;
        scene.ready(&service, &store.id).await?;
        scene.one_release(&store.id).await?;
        ensure!(scene.database.rows().await?.len() == 1, "the key made a second store");
        Ok(())
    })
    .await
}

async fn killed_while_deleting(kind: Kind, point: &&'static str) -> Result<()> {
    play_here(kind, async |scene: &Scene| {
        let killed = scene.start_with(&scene.settings.pause_at(point)).await?;
        let store = scene.create(&killed, "cups").await?;
        scene.ready(&killed, &store.id).await?;
        let (client, id) = (killed.client.clone(), store.id.clone());
        let asked = tokio::spawn(async move { client.store_delete(&id).await });
        killed.passed(point, 1).await?;
        killed.process.kill().await?;
        asked.abort();

        let service = scene.start().await?;
        // Before the commit nothing was promised: the client asks again, and asking twice changes nothing.
        service.client.store_delete(&store.id).await?;
        scene.deleted(&service, &store.id).await?;
        Ok(())
    })
    .await
}
