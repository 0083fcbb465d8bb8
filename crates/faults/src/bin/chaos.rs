//! `cargo xtask chaos --minutes N`: faults at random for that long on each database.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use faults::chaos::{Schedule, play, seed};
use faults::runtime;
use faults::scene::{Kind, Scene, play_for};

/// Enough for four hands to be busy all the time.
const STORES: usize = 20;

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
    // As long again for everything to come to rest.
    let longest = time * 2 + Duration::from_mins(5);
    runtime()?.block_on(async {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let stores = STORES * usize::try_from(minutes.max(1))?;
            play_for(longest, kind, async |scene: &Scene| {
                let played = play(scene, Schedule { seed, stores, time, faults: 1 }).await?;
                println!(
                    "{kind:?}: {} faults tried and survived in {minutes} min: {:?}",
                    played.tried(),
                    played.faults
                );
                println!(
                    "{kind:?}: {} stores accepted, {} deleted meanwhile; all at rest {:.1} s after the last fault",
                    played.accepted,
                    played.deleted,
                    played.settled_in.as_secs_f64()
                );
                Ok(())
            })
            .await?;
        }
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
