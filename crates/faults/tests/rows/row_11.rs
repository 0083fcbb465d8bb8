//! Two replicas, and one that stops in the middle: exactly one works on a store, and the late one writes nothing.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use faults::proxy::{Call, Fault, Program, Rule};
use faults::scene::{Kind, Row, Scene, play};
use faults::service::{LEASE, Service};
use faults::{PATIENCE, until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[test]
fn row_11_two_replicas_share_the_work() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let (one, other) = (scene.start().await?, scene.start().await?);
        let mut stores = Vec::new();
        for nth in 0..8 {
            let asked = if nth % 2 == 0 { &one } else { &other };
            stores.push(scene.create(asked, &format!("cups{nth}")).await?);
        }
        for store in &stores {
            scene.ready(&one, &store.id).await?;
            scene.one_release(&store.id).await?;
        }
        one_run_each(&[&one, &other], 8.0).await
    })
}

/// A machine that starves may cost a claim, and then a second run is right; nothing else is.
pub async fn one_run_each(replicas: &[&Service], stores: f64) -> Result<()> {
    let (mut runs, mut lost) = (0.0, 0.0);
    for replica in replicas {
        runs += replica.metric("store_platform_helm_runs_total").await?;
        lost += replica.metric("store_platform_claims_lost_total").await?;
    }
    ensure!(runs <= stores + lost, "{stores} stores and {lost} lost claims, but {runs} runs of helm");
    Ok(())
}

/// It stands still with a transaction open and the store's row locked: the database lets go of both in its place.
#[test]
fn row_11_a_holder_that_stops_in_a_transaction() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let settings = scene.settings.env("FAILPOINTS", "record.before-commit=5*off->1*sleep(60000)");
        let late = scene.start_with(&settings).await?;
        let store = scene.create(&late, "cups").await?;
        late.passed("record.before-commit", 6).await?;
        late.process.signal(Signal::SIGSTOP)?;
        let stopped = Instant::now();
        let next = scene.start().await?;
        next.passed("claim.after-commit", 1).await?;
        let takeover = stopped.elapsed();
        scene.ready(&next, &store.id).await?;
        ensure!(takeover < LEASE * 2, "the store was locked for {takeover:?} with a lease of {LEASE:?}");
        late.process.signal(Signal::SIGCONT)?;
        late.said("that its claim is over", |line| line["message"] == "the claim is over before the visit is").await?;
        scene.ready(&next, &store.id).await?;
        scene.one_release(&store.id).await
    })
}

/// The whole machine of the holder stands still, its Helm too, until long after the lease.
#[test]
fn row_11_a_holder_that_stops_and_wakes_writes_nothing() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        // Two Helms exist at once here, and the late one is asleep: what it may not do is checked instead.
        scene.sleeping_helm_is_expected();
        let half_way = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
        let held = scene.proxy.add(Rule::new(Fault::Hold, half_way).times(1));
        let late = scene.start().await?;
        let store = scene.create(&late, "cups").await?;
        held.hit(1).await?;
        let helm = helm_of(&store.id).context("no helm runs")?;
        late.process.signal(Signal::SIGSTOP)?;
        kill(helm, Signal::SIGSTOP)?;
        let before = fence(scene, &store.id).await?;

        let next = scene.start().await?;
        scene.ready(&next, &store.id).await?;
        // What its last visit made wakes it once more.
        until("the store to rest", PATIENCE, async || {
            let rows = scene.database.rows().await?;
            let rests = |row: &Row| row.id == store.id && row.claimed_by.is_none() && row.due_at_ms.is_none();
            Ok(rows.iter().any(rests).then_some(()))
        })
        .await?;
        let fenced = fence(scene, &store.id).await?;
        ensure!(fenced > before, "the store was ready without a new claim");
        let mark = scene.proxy.mark();
        let events = scene.database.events().await?.len();

        // The held call has not arrived, and does not arrive: its connection is the late Helm's.
        kill(helm, Signal::SIGCONT)?;
        late.process.signal(Signal::SIGCONT)?;
        late.said("that its claim is over", |line| line["message"] == "the claim is over before the visit is").await?;
        let limit = Duration::from_secs(5).min(LEASE);
        until("the late helm to be gone", limit, async || Ok(helm_of(&store.id).is_none().then_some(()))).await?;
        scene.proxy.clear();
        let written =
            scene.proxy.calls()[mark..].iter().filter(|call| call.is_write() && call.status.is_some()).count();
        ensure!(written <= 1, "{written} writes of the late one; only its Helm's own record may be one");
        ensure!(fence(scene, &store.id).await? == fenced, "the late one moved the fence");
        ensure!(scene.database.events().await?.len() == events, "the late one told something");
        scene.ready(&next, &store.id).await?;
        scene.one_release(&store.id).await?;
        until("both to serve", PATIENCE, async || Ok((late.status("/health/ready").await? == 200).then_some(()))).await
    })
}

fn helm_of(id: &str) -> Option<Pid> {
    let release = format!("store-{id}");
    let program = Program::all().into_iter().find(|program| program.release() == Some(&release))?;
    i32::try_from(program.pid).ok().map(Pid::from_raw)
}

async fn fence(scene: &Scene, id: &str) -> Result<i64> {
    let rows = scene.database.rows().await?;
    Ok(rows.iter().find(|row| row.id == id).context("the row is gone")?.fence)
}
