//! Wall clocks that are an hour off, in both directions: claims are timed by the database's clock and by monotonic ones.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
use faults::service::LEASE;
use jiff::Timestamp;

use crate::row_11::one_run_each;

#[test]
fn row_12_clocks_an_hour_off() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let library = clock(scene.directory())?;
        let skewed = |seconds: &str| {
            scene.settings.env("LD_PRELOAD", library.display().to_string()).env("SKEW_SECONDS", seconds)
        };
        // Held for longer than a lease by the one that is behind: to one that is ahead and believed its own clock, the claim
        // would have lapsed two hours ago.
        let half_way = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
        let held = scene.proxy.add(Rule::new(Fault::Hold, half_way).times(1));
        let slow = scene.start_with(&skewed("-3600")).await?;
        let store = scene.create(&slow, "cups").await?;
        held.hit(1).await?;
        let fast = scene.start_with(&skewed("3600")).await?;
        fast.said("that its worker begins", |line| line["message"] == "the cluster is listed; the worker begins")
            .await?;
        let ahead = wall_clock(&fast)?.duration_since(wall_clock(&slow)?);
        ensure!(ahead.as_secs() > 7000, "their clocks are only {ahead:?} apart: the test tests nothing");
        let since = Instant::now();
        let mut fences = Vec::new();
        while since.elapsed() < LEASE + Duration::from_secs(3) {
            fences.extend(scene.database.rows().await?.iter().map(|row| row.fence));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        fences.dedup();
        ensure!(fences.len() == 1, "the store was claimed again and again: fences {fences:?}");
        held.release();
        scene.ready(&slow, &store.id).await?;

        let mut stores = Vec::new();
        for nth in 0..4 {
            stores.push(scene.create(if nth % 2 == 0 { &fast } else { &slow }, &format!("mugs{nth}")).await?);
        }
        for store in &stores {
            scene.ready(&fast, &store.id).await?;
            scene.one_release(&store.id).await?;
        }
        one_run_each(&[&fast, &slow], 5.0).await
    })
}

/// The log's own time: each line is stamped by the process's wall clock.
fn wall_clock(service: &faults::service::Service) -> Result<Timestamp> {
    let lines = service.process.log.lines();
    let line: serde_json::Value = serde_json::from_str(lines.first().context("an empty log")?)?;
    Ok(line["timestamp"].as_str().context("a line without a time")?.parse()?)
}

fn clock(directory: &Path) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows/clock.c");
    let library = directory.join("clock.so");
    // The compiler that links Rust's programs too.
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output()?;
    ensure!(built.status.success(), "compile the clock: {}", String::from_utf8_lossy(&built.stderr));
    Ok(library)
}
