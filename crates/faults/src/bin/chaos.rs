//! `cargo xtask chaos --minutes N`: faults at random for that long on each database, then the figures.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use faults::chaos::measures::{Death, converge, takeover};
use faults::chaos::{Schedule, play, seed};
use faults::runtime;
use faults::scene::{Kind, Scene, play_for};
use faults::service::LEASE;

/// Enough for four hands to be busy all the time.
const STORES: usize = 20;
const KILL_EVERY: Duration = Duration::from_secs(2);
const TAKEOVERS: usize = 5;
/// Every figure has its bar.
const SLOWER_AT_MOST: f64 = 3.0;
const TAKEOVER_AT_MOST: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    match chaos() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chaos() -> Result<()> {
    let (minutes, seed) = arguments()?;
    let time = Duration::from_mins(minutes);
    // As long again for everything to come to rest, and for the measures.
    let longest = time * 2 + Duration::from_mins(15);
    runtime()?.block_on(async {
        let mut missed = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let stores = STORES * usize::try_from(minutes.max(1))?;
            play_for(longest, kind, async |scene: &Scene| {
                let played = play(scene, Schedule { seed, stores, time }).await?;
                println!("{kind:?}: {} faults tried and survived in {minutes} min: {:?}", played.tried(), played.faults);
                println!("{kind:?}: {} stores accepted, {} deleted meanwhile; all at rest {:.1} s after the last fault",
                    played.accepted, played.deleted, played.settled_in.as_secs_f64());
                Ok(())
            })
            .await?;
        }
        play_for(longest, Kind::Sqlite, async |scene: &Scene| {
            let (calm, _) = converge(scene, "calm", STORES, None).await?;
            let (killed, kills) = converge(scene, "killed", STORES, Some(KILL_EVERY)).await?;
            let ratio = killed.as_secs_f64() / calm.as_secs_f64();
            println!("{STORES} stores: {:.1} s without a fault, {:.1} s with kill -9 every {} s ({kills} kills): {ratio:.2} times",
                calm.as_secs_f64(), killed.as_secs_f64(), KILL_EVERY.as_secs());
            if ratio > SLOWER_AT_MOST {
                missed.push(format!("{ratio:.2} times as slow, at most {SLOWER_AT_MOST} allowed"));
            }
            Ok(())
        })
        .await?;
        play_for(longest, Kind::Postgres, async |scene: &Scene| {
            for (death, bar) in [(Death::Terminated, TAKEOVER_AT_MOST), (Death::Killed, LEASE + TAKEOVER_AT_MOST)] {
                let mut took = Vec::new();
                for nth in 0..TAKEOVERS {
                    took.push(takeover(scene, nth, death).await?);
                }
                let longest = took.iter().max().copied().unwrap_or_default();
                let all: Vec<String> = took.iter().map(|took| format!("{:.2}", took.as_secs_f64())).collect();
                println!("takeover, the holder {death:?}: {} s (bar {} s)", all.join(", "), bar.as_secs());
                if longest >= bar {
                    missed.push(format!("a takeover of {longest:?}, at most {bar:?} allowed"));
                }
            }
            Ok(())
        })
        .await?;
        ensure!(missed.is_empty(), "bars that were missed: {}", missed.join("; "));
        Ok(())
    })
}

fn arguments() -> Result<(u64, u64)> {
    let mut words = std::env::args().skip(1);
    let (mut minutes, mut given) = (5, None);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--minutes" => minutes = value.parse().context("--minutes takes a number")?,
            "--seed" => given = Some(value.parse().context("--seed takes a number")?),
            other => anyhow::bail!("{other} is unknown; use --minutes and --seed"),
        }
    }
    let seed = match given {
        Some(given) => given,
        None => seed()?,
    };
    Ok((minutes, seed))
}
