//! Faults by the dice: many stores, and whatever can go wrong goes wrong at random, from a seed that makes it happen again.

mod faults;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Mutex;

use crate::scene::{Kind, Scene};
use crate::service::{Service, Settings};
use crate::{PATIENCE, until};

pub use faults::Kind as Fault;

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    pub seed: u64,
    pub stores: usize,
    pub time: Duration,
    /// Faults go on past the time until there were so many: some take a busy machine long.
    pub faults: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Played {
    pub faults: BTreeMap<Fault, usize>,
    pub accepted: usize,
    pub deleted: usize,
    /// From the end of the faults until every store was at rest.
    pub settled_in: Duration,
}

impl Played {
    pub fn tried(&self) -> usize {
        self.faults.values().sum()
    }
}

/// `FAULTS_SEED`, or one that nobody knows yet. Printed, so that a run can be had again.
pub fn seed() -> Result<u64> {
    let seed = match std::env::var("FAULTS_SEED") {
        Ok(text) => text.parse().with_context(|| format!("FAULTS_SEED={text} is no number"))?,
        Err(_) => rand::rng().random(),
    };
    println!("FAULTS_SEED={seed}");
    Ok(seed)
}

/// The provisioners that run at the moment: one on SQLite, one or two on PostgreSQL.
pub struct Replicas<'a> {
    pub scene: &'a Scene,
    settings: Settings,
    running: Mutex<Vec<Arc<Service>>>,
}

impl<'a> Replicas<'a> {
    pub fn new(scene: &'a Scene) -> Replicas<'a> {
        Replicas::with(scene, scene.settings.clone())
    }

    pub fn with(scene: &'a Scene, settings: Settings) -> Replicas<'a> {
        Replicas { scene, settings, running: Mutex::default() }
    }

    pub fn wanted(&self) -> usize {
        match self.scene.database.kind {
            Kind::Sqlite => 1,
            Kind::Postgres => 2,
        }
    }

    /// As an orchestrator does: whoever is gone is started again.
    pub async fn keep(&self) -> Result<()> {
        let mut running = self.running.lock().await;
        running.retain(|service| service.process.is_running());
        while running.len() < self.wanted() {
            running.push(self.scene.begin_with(&self.settings)?);
        }
        Ok(())
    }

    pub async fn any(&self) -> Option<Arc<Service>> {
        self.running.lock().await.iter().find(|service| service.process.is_running()).cloned()
    }

    pub async fn pick(&self, dice: &mut StdRng) -> Option<Arc<Service>> {
        let running = self.running.lock().await;
        (!running.is_empty()).then(|| Arc::clone(&running[dice.random_range(0..running.len())]))
    }

    /// Asks whoever serves until somebody has said yes, as a client with a key does.
    pub async fn create(&self, suffix: &str) -> Result<String> {
        let request = self.scene.request(suffix);
        until("a create to be accepted", PATIENCE, async || {
            let Some(service) = self.any().await else { return Ok(None) };
            let answer = service.post(&request, Some(suffix)).await?;
            ensure!(matches!(answer.status, 202 | 409 | 429 | 500..), "{answer:?}");
            let id = answer.body["id"].as_str().map(str::to_owned);
            Ok(id.filter(|_| answer.status == 202))
        })
        .await
    }

    async fn delete(&self, id: &str) -> Result<()> {
        until("a delete to be accepted", PATIENCE, async || {
            let Some(service) = self.any().await else { return Ok(None) };
            service.client.store_delete(id).await?;
            Ok(Some(()))
        })
        .await
    }
}

/// Creates, deletes and breaks for the time given, then lets everything come to rest. The invariants are the scene's end.
pub async fn play(scene: &Scene, schedule: Schedule) -> Result<Played> {
    let replicas = Replicas::new(scene);
    replicas.keep().await?;
    // What breaks it reads its database.
    until("a replica to serve", PATIENCE, async || {
        let Some(service) = replicas.any().await else { return Ok(None) };
        Ok((service.status("/health/ready").await? == 200).then_some(()))
    })
    .await?;
    let played = Mutex::new(Played::default());
    let end = Instant::now() + schedule.time;
    let owners = async {
        let mut dice = StdRng::seed_from_u64(schedule.seed);
        let mut ids = Vec::new();
        let pause = schedule.time / u32::try_from(schedule.stores + schedule.stores / 3)?;
        for nth in 0..schedule.stores {
            ids.push(replicas.create(&format!("c{nth}")).await?);
            played.lock().await.accepted += 1;
            tokio::time::sleep(pause.mul_f64(dice.random_range(0.2..1.2))).await;
            if dice.random_range(0..3) == 0 {
                let id = ids.swap_remove(dice.random_range(0..ids.len()));
                replicas.delete(&id).await?;
                played.lock().await.deleted += 1;
            }
        }
        Ok::<_, anyhow::Error>(())
    };
    let breakers = async {
        // Another stream of the same seed: how long a create takes does not change which faults come.
        let mut dice = StdRng::seed_from_u64(schedule.seed ^ 0x5EED);
        while Instant::now() < end || played.lock().await.tried() < schedule.faults {
            tokio::time::sleep(Duration::from_millis(dice.random_range(300..2500))).await;
            let fault = Fault::any(&mut dice, scene.database.kind);
            fault.make(&replicas, &mut dice).await.with_context(|| format!("make a fault: {fault:?}"))?;
            *played.lock().await.faults.entry(fault).or_default() += 1;
            replicas.keep().await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let (owners, breakers) = tokio::join!(owners, breakers);
    breakers?;
    scene.proxy.clear();
    replicas.keep().await?;
    owners?;
    let over = Instant::now();
    crate::invariants::every_request_ends(scene).await?;
    let mut played = played.into_inner();
    played.settled_in = over.elapsed();
    // No fault here is a store's own, so none may fail for it, not even for a while.
    let events = scene.database.events().await?.into_iter();
    let failed: Vec<_> = events.filter(|event| event.kind == "phase" && event.phase == "failed").collect();
    ensure!(failed.is_empty(), "stores failed for faults that passed: {failed:?}");
    Ok(played)
}
