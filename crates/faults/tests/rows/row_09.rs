//! PostgreSQL is away: whoever can't beat any more stops before somebody else may begin, and goes on by itself later.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use faults::proxy::Call;
use faults::scene::{Kind, Scene, play_here};
use faults::service::LEASE;
use faults::wire::Wire;
use faults::{PATIENCE, runtime, until};

use crate::{comes_to_its_end, each, held_at};

const STEPS: [&str; 5] = ["namespaces", "secrets", "helm's deployment", "helm's last call", "a deletion"];

fn meets(step: &str, call: &Call) -> bool {
    match step {
        "helm's deployment" => call.is_helms() && call.method == "PATCH" && call.is_about("deployments"),
        "helm's last call" => call.is_helms() && call.method == "PUT",
        "a deletion" => call.is_helms() && call.method == "DELETE" && call.is_about("deployments"),
        made => call.makes(made),
    }
}

#[test]
fn row_09_database_down_at_each_step() -> Result<()> {
    let cases = STEPS.into_iter().flat_map(|step| [(step, Wire::Cut), (step, Wire::Held)]);
    runtime()?.block_on(each(cases, async |(step, wire)| down_at(step, *wire).await))
}

async fn down_at(step: &'static str, fault: Wire) -> Result<()> {
    play_here(Kind::Postgres, async |scene: &Scene| {
        let (service, store) = held_at(scene, step, meets).await?;
        let wire = scene.database.wire()?;
        wire.set(fault);
        let cut = Instant::now();
        until("the call under way to be dropped", PATIENCE, async || Ok(nothing_runs(scene, &store.id).then_some(())))
            .await?;
        let fenced = cut.elapsed();
        // The last beat was before the cut, so the lease can't lapse later than this.
        ensure!(fenced < LEASE, "{step}: it let go {fenced:?} after the cut, with a lease of {LEASE:?}");
        let mark = scene.proxy.mark();
        ensure!(service.status("/health/ready").await? == 503, "it says that it is ready");
        ensure!(service.status("/health/live").await? == 200, "it says that it is dead");
        until("the lease to lapse", PATIENCE, async || {
            Ok((cut.elapsed() > LEASE + Duration::from_secs(1)).then_some(()))
        })
        .await?;
        let written = scene.proxy.calls()[mark..].iter().filter(|call| call.is_write()).count();
        ensure!(written == 0, "{written} writes without a lease");

        wire.set(Wire::Whole);
        scene.proxy.clear();
        comes_to_its_end(scene, &service, step, &store.id).await?;
        service.is_ready_to_serve().await
    })
    .await
}

/// A database whose machine loses its power ends no connection: whoever waits on one would wait for ever.
#[test]
fn row_09_database_connections_that_vanish() -> Result<()> {
    runtime()?.block_on(each(STEPS, async |step| vanished_at(step).await))
}

async fn vanished_at(step: &'static str) -> Result<()> {
    play_here(Kind::Postgres, async |scene: &Scene| {
        let (service, store) = held_at(scene, step, meets).await?;
        scene.database.wire()?.vanish();
        scene.proxy.clear();
        comes_to_its_end(scene, &service, step, &store.id).await?;
        // What it waits for in between is the next one's, and what it hears of others too.
        let other = scene.start().await?;
        scene.database.wire()?.vanish();
        for (asked, suffix) in [(&service, "mugs"), (&other, "plates")] {
            let store = asked.client.store_create(&scene.request(suffix), Some(suffix)).await?;
            scene.ready(asked, &store.id).await?;
        }
        ensure!(service.terminate().await?.success(), "it did not end well");
        Ok(())
    })
    .await
}

/// No Helm of the store's lives, and no write of the provisioner's is under way.
fn nothing_runs(scene: &Scene, id: &str) -> bool {
    let release = format!("store-{id}");
    let helms = faults::proxy::Program::all().iter().any(|program| program.release() == Some(&release));
    !helms && scene.proxy.open_connections(|call| call.is_write() && !call.is_helms()) == 0
}
