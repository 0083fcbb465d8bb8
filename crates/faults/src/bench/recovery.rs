//! The figures of docs/reliability.md: how much slower a provisioner gets ready that is killed again and again, and how
//! soon somebody else goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::try_join_all;

use super::{Bar, Spread, Verdict};
use crate::chaos::Replicas;
use crate::proxy::{Call, Fault, Rule};
use crate::scene::{Kind, Scene, play_for};
use crate::service::{LEASE, Settings};
use crate::{PATIENCE, until};

const KILL_EVERY: Duration = Duration::from_secs(2);
const TAKEOVERS: usize = 5;
/// With such kills, over without a fault.
const SLOWER_AT_MOST: f64 = 3.0;
const TAKEOVER_AT_MOST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(15);

pub async fn run(stores: usize) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    play_for(LONGEST, Kind::Postgres, async |scene: &Scene| {
        for (death, bar) in [(Death::Terminated, TAKEOVER_AT_MOST), (Death::Killed, LEASE + TAKEOVER_AT_MOST)] {
            let mut took = Spread::default();
            for nth in 0..TAKEOVERS {
                took.push(takeover(scene, nth, death).await?.as_secs_f64());
            }
            println!("takeover from a holder that was {death:?}: {took} s");
            verdict.take(
                &format!("the longest takeover, {death:?}, s"),
                took.longest(),
                Bar::AtMost(bar.as_secs_f64()),
            );
        }
        Ok(())
    })
    .await?;
    play_for(LONGEST, Kind::Sqlite, async |scene: &Scene| {
        let (calm, _) = converge(scene, "calm", stores, None).await?;
        println!("{stores} stores without a fault: {:.1} s", calm.as_secs_f64());
        let (killed, kills) = converge(scene, "killed", stores, Some(KILL_EVERY)).await?;
        println!("with {kills} kills, one every {} s: {:.1} s", KILL_EVERY.as_secs(), killed.as_secs_f64());
        let ratio = killed.as_secs_f64() / calm.as_secs_f64();
        verdict.take("converge, killed / calm", ratio, Bar::AtMost(SLOWER_AT_MOST));
        Ok(())
    })
    .await?;
    Ok(verdict)
}

/// So many stores from the first request until the last is ready.
async fn converge(scene: &Scene, what: &str, stores: usize, kill_every: Option<Duration>) -> Result<(Duration, usize)> {
    // Past the proxy: who calls is asked of the kernel for each connection, and that takes longer than a Helm.
    let kubeconfig = scene.plane.directory.join("admin.kubeconfig");
    let replicas = Replicas::with(scene, Settings { kubeconfig, ..scene.settings.clone() });
    replicas.keep().await?;
    until("a provisioner to serve", PATIENCE, async || {
        let Some(service) = replicas.any().await else { return Ok(None) };
        Ok((service.status("/health/ready").await? == 200).then_some(()))
    })
    .await?;
    let begun = Instant::now();
    let ready = async {
        let names: Vec<String> = (0..stores).map(|nth| format!("{what}{nth}")).collect();
        try_join_all(names.iter().map(|name| replicas.create(name))).await?;
        until("all of them to be ready", PATIENCE * 2, async || {
            let rows = scene.database.rows().await?;
            let ours = rows.iter().filter(|row| row.name.starts_with(&scene.name(what)));
            Ok((ours.filter(|row| row.phase == "ready").count() == stores).then_some(()))
        })
        .await
    };
    let Some(pause) = kill_every else {
        ready.await?;
        let took = begun.elapsed();
        stop(&replicas).await?;
        return Ok((took, 0));
    };
    // Outside of the loop that counts, which is dropped in its middle.
    let kills = AtomicUsize::new(0);
    let killing = async {
        loop {
            tokio::time::sleep(pause).await;
            if let Some(service) = replicas.any().await {
                service.process.kill().await?;
                kills.fetch_add(1, Ordering::SeqCst);
            }
            replicas.keep().await?;
        }
    };
    tokio::select! {
        ready = ready => ready?,
        never = killing => { let _: anyhow::Result<std::convert::Infallible> = never; anyhow::bail!("the killing ended") }
    }
    let took = begun.elapsed();
    stop(&replicas).await?;
    Ok((took, kills.load(Ordering::SeqCst)))
}

async fn stop(replicas: &Replicas<'_>) -> Result<()> {
    while let Some(service) = replicas.any().await {
        service.terminate().await?;
    }
    Ok(())
}

/// How the one who holds a store goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Terminated,
    Killed,
}

/// From the signal to the holder, in the middle of its Helm, until another one has claimed its store.
async fn takeover(scene: &Scene, nth: usize, death: Death) -> Result<Duration> {
    let half_way = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
    let held = scene.proxy.add(Rule::new(Fault::Hold, half_way).times(1));
    let old = scene.start().await?;
    let store = scene.create(&old, &format!("{death:?}{nth}").to_lowercase()).await?;
    held.hit(1).await?;
    let new = scene.start().await?;
    new.is_ready_to_serve().await?;
    let signalled = Instant::now();
    match death {
        Death::Terminated => drop(old.terminate().await?),
        Death::Killed => drop(old.process.kill().await?),
    }
    new.passed("claim.after-commit", 1).await?;
    let took = signalled.elapsed();
    scene.proxy.clear();
    scene.ready(&new, &store.id).await?;
    let status = new.terminate().await?;
    ensure!(status.success(), "the next one ended with {status}");
    Ok(took)
}
