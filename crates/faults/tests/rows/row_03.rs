//! Helm is killed, as the kernel does it when memory is short, at each call that it makes.

use std::sync::{Arc, OnceLock};

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// So many calls an installation makes at least; measured: 36, and some are merged.
const CALLS: usize = 32;

#[test]
fn row_03_helm_killed_at_each_of_its_calls() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let mut nth = 0;
        while nth < CALLS {
            // Four at once, as many Helms as the provisioner runs: each dies at its own call.
            let cases = (nth..CALLS.min(nth + 4)).map(|nth| one(scene, &service, nth));
            futures::future::try_join_all(cases).await?;
            nth += 4;
        }
        Ok(())
    })
}

async fn one(scene: &Scene, service: &faults::service::Service, nth: usize) -> Result<()> {
    let suffix = format!("cups{nth}");
    // Before its store is there, so that no call of its is missed: the id is known when the answer is.
    let release = Arc::new(OnceLock::<String>::new());
    let known = Arc::clone(&release);
    let is_its = move |call: &Call| known.get().is_some_and(|release| is_of(call, release));
    let held = scene.proxy.add(Rule::new(Fault::Hold, is_its).skip(nth).times(1));
    let store = scene.create(service, &suffix).await?;
    let namespace = release.get_or_init(|| format!("store-{}", store.id));
    held.hit(1).await?;
    let calls = scene.proxy.calls();
    let victim = calls.iter().rev().find(|call| call.fault == Some("held") && is_of(call, namespace));
    let pid = victim.map_or(0, |call| call.by.pid);
    ensure!(pid != 0, "call {nth}: the held call has no process");
    kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGKILL)?;
    held.release();
    let ready = scene.ready(service, &store.id).await?;
    ensure!(ready.phase == store_model::Phase::Ready);
    scene.one_release(&store.id).await
}

/// A Helm's calls name its namespace only in part of their paths; its command line always does.
fn is_of(call: &Call, namespace: &str) -> bool {
    call.is_helms() && call.release.as_deref() == Some(namespace)
}
