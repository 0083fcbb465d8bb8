//! A random schedule over twenty stores on each database, each with an API server of its own since that one dies too. The
//! seed is printed; `FAULTS_SEED` plays it again.

use std::time::Duration;

use anyhow::Result;
use faults::chaos::{Schedule, play, seed};
use faults::scene::{self, Kind, Scene};

const SCHEDULE: Duration = Duration::from_secs(40);
const STORES: usize = 20;
const FAULTS: usize = 12;

#[test]
fn a_random_schedule_on_sqlite() -> Result<()> {
    scene::play_alone(Kind::Sqlite, random)
}

#[test]
fn a_random_schedule_on_postgres() -> Result<()> {
    scene::play_alone(Kind::Postgres, random)
}

async fn random(scene: &Scene) -> Result<()> {
    let played = play(scene, Schedule { seed: seed()?, stores: STORES, time: SCHEDULE, faults: FAULTS }).await?;
    println!("{} faults, {} stores, {} deleted: {:?}", played.tried(), played.accepted, played.deleted, played.faults);
    Ok(())
}
