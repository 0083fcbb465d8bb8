//! What ten thousand stores cost that need nothing.
//!
//! A *restart* is the provisioner's start on stores that are all ready: it lists the cluster and has nothing to do. Its
//! calls are those until some seconds after its worker began.
//!
//! A *no-op pass* is a start with every store made due: the lists, the sweep for orphans, and for each store a claim, a
//! look and a record, until none is due any more. Nothing is to be done for any of them.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sqlx::{AnyPool, Row as _};

use super::seed::{Mould, rows};
use super::{Bar, Spread, Verdict};
use crate::control_plane::ControlPlane;
use crate::scene::{Kind, Scene};
use crate::service::{Service, Settings};
use crate::until;

/// After the worker began. A call per store would be made by then, four workers taking some milliseconds each.
const AFTERMATH: Duration = Duration::from_secs(5);
const RESTARTS: usize = 3;
const PASSES: usize = 3;
/// Ten thousand visits on a machine that is busy with other things.
const PASS_PATIENCE: Duration = Duration::from_mins(20);

#[derive(Debug, Default)]
struct Restarts {
    calls: Spread,
    seconds: Spread,
    kib: Spread,
}

#[derive(Debug, Default)]
struct Passes {
    seconds: Spread,
    calls: Spread,
    writes: usize,
    helms: usize,
    peak_kib: Spread,
}

pub async fn run(largest: usize) -> Result<Verdict> {
    ensure!(largest >= 1000 && largest.is_multiple_of(1000), "the largest number of stores is in thousands");
    let scene = Scene::new(ControlPlane::shared().await?, Kind::Sqlite).await?;
    // A lease as in production: nothing is to lapse here.
    let settings = scene.settings.env("LEASE_SECONDS", "30");
    let mut verdict = Verdict::default();
    let none = restarts(&scene, &settings, 0).await?;
    let rows = rows(&scene).await?;
    let mut mould = Mould::make(&scene, rows.clone()).await?;
    mould.fill(100).await?;
    let hundred = restarts(&scene, &settings, 100).await?;
    mould.fill(1000).await?;
    let thousand = restarts(&scene, &settings, 1000).await?;
    let small = passes(&scene, &settings, &rows, 1000).await?;
    mould.fill(largest).await?;
    let all = restarts(&scene, &settings, largest).await?;
    let large = passes(&scene, &settings, &rows, largest).await?;

    println!();
    let per_store = (thousand.kib.median() - none.kib.median()) / 1000.0;
    verdict.take("memory, RSS(1000) - RSS(0), KiB a store", per_store, Bar::AtMost(32.0));
    verdict.take("memory, RSS(1000) / RSS(100)", thousand.kib.median() / hundred.kib.median(), Bar::AtMost(1.5));
    let restart = thousand.calls.median() / hundred.calls.median();
    verdict.take("API calls of a restart, 1000 stores / 100", restart, Bar::AtMost(1.2));
    println!("       and {largest} / 100: {:.2}", all.calls.median() / hundred.calls.median());
    let pass = large.seconds.median() / small.seconds.median();
    #[expect(clippy::cast_precision_loss, reason = "thousands of stores")]
    let limit = 1.2 * largest as f64 / 1000.0;
    verdict.take(&format!("no-op pass, seconds for {largest} / for 1000"), pass, Bar::AtMost(limit));
    #[expect(clippy::cast_precision_loss, reason = "a count that is nought")]
    let (helms, writes) = ((small.helms + large.helms) as f64, (small.writes + large.writes) as f64);
    verdict.take("Helm processes of the no-op passes", helms, Bar::AtMost(0.0));
    verdict.take("writes to Kubernetes of the no-op passes", writes, Bar::AtMost(0.0));
    Ok(verdict)
}

/// Past the start until there is nothing to do, with the memory it then has.
async fn restarts(scene: &Scene, settings: &Settings, stores: usize) -> Result<Restarts> {
    let mut restarts = Restarts::default();
    for _ in 0..RESTARTS {
        let mark = scene.proxy.mark();
        let (service, begun) = start(scene, settings).await?;
        restarts.seconds.push(begun.elapsed().as_secs_f64());
        tokio::time::sleep(AFTERMATH).await;
        restarts.calls.push(count(scene.proxy.mark() - mark));
        restarts.kib.push(memory(&service, "VmRSS")?);
        service.terminate().await?;
    }
    let Restarts { calls, seconds, kib } = &restarts;
    println!("{stores:>6} stores, restart: {calls} API calls, {seconds} s until the worker begins, {kib} KiB resident");
    Ok(restarts)
}

async fn passes(scene: &Scene, settings: &Settings, rows: &AnyPool, stores: usize) -> Result<Passes> {
    let mut passes = Passes::default();
    for _ in 0..PASSES {
        let due = sqlx::query("UPDATE stores SET due_at_ms = 0 WHERE phase = 'ready'").execute(rows).await?;
        ensure!(due.rows_affected() == stores as u64, "{} of {stores} stores are ready", due.rows_affected());
        let mark = scene.proxy.mark();
        let (service, begun) = start(scene, settings).await?;
        until("the pass to end", PASS_PATIENCE, async || {
            let due = sqlx::query("SELECT COUNT(*) AS due FROM stores WHERE due_at_ms IS NOT NULL");
            let due: i64 = due.fetch_one(rows).await?.try_get("due")?;
            Ok((due == 0).then_some(()))
        })
        .await?;
        passes.seconds.push(begun.elapsed().as_secs_f64());
        passes.peak_kib.push(memory(&service, "VmHWM")?);
        let calls = scene.proxy.calls().split_off(mark);
        passes.calls.push(count(calls.len()));
        passes.writes += calls.iter().filter(|call| call.is_write()).count();
        let runs = service.metric("store_platform_helm_runs_total").await?;
        passes.helms += calls.iter().filter(|call| call.is_helms()).count() + usize::from(runs > 0.0);
        service.terminate().await?;
    }
    let ready = sqlx::query("SELECT COUNT(*) AS ready FROM stores WHERE phase = 'ready'").fetch_one(rows).await?;
    ensure!(ready.try_get::<i64, _>("ready")? == i64::try_from(stores)?, "a no-op pass changed a store's phase");
    let Passes { seconds, calls, writes, helms, peak_kib } = &passes;
    println!(
        "{stores:>6} stores, no-op pass: {seconds} s, {calls} API calls, {writes} of them writes, {helms} Helm \
         processes, {peak_kib} KiB at its peak"
    );
    Ok(passes)
}

async fn start(scene: &Scene, settings: &Settings) -> Result<(std::sync::Arc<Service>, Instant)> {
    let begun = Instant::now();
    let service = scene.begin_with(settings)?;
    service
        .said("that the worker begins", |line| line["message"] == "the cluster is listed; the worker begins")
        .await?;
    Ok((service, begun))
}

/// Of calls on the scene's own wire, which nobody else is on.
#[expect(clippy::cast_precision_loss, reason = "thousands of calls")]
fn count(calls: usize) -> f64 {
    calls as f64
}

/// In KiB, as the kernel counts it.
fn memory(service: &Service, field: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()).with_context(|| format!("no {field}"))?;
    Ok(number.parse()?)
}
