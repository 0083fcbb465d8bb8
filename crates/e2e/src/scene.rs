//! A test with its stores. Whatever the test does, also panic, its stores are removed; if it failed, what can be seen
//! of them is printed first.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use futures::FutureExt as _;
use serde_json::Value;
use store_api::{ClientError, CreateStore};
use store_model::{Engine, Phase};
use tokio::sync::{RwLock, RwLockReadGuard};
use tokio::time::timeout;

use crate::{Store, World, postmortem};

/// Names of the tests' stores begin with it: what an interrupted run left is known by it and removed.
const PREFIX: &str = "e2e-";
/// A test that takes longer hangs.
const LONGEST: Duration = Duration::from_mins(25);

/// Held for writing by a test that changes or stops the platform under everybody's feet.
static PLATFORM: RwLock<()> = RwLock::const_new(());

pub struct Scene {
    pub world: World,
    stores: Mutex<Vec<Store>>,
}

/// A test that leaves the platform alone, so that others may run at the same time.
pub async fn beside_others(test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    let _shared = PLATFORM.read().await;
    play(test).await
}

/// A test that nobody else could stand.
pub async fn alone(test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    let _own = PLATFORM.write().await;
    play(test).await
}

/// The world for a test that makes no store, and the promise that nobody stops the platform while it is held.
pub async fn undisturbed() -> Result<(World, RwLockReadGuard<'static, ()>)> {
    let shared = PLATFORM.read().await;
    Ok((World::from_env()?, shared))
}

impl Scene {
    /// A request for a store of this scene; a store of that name from an interrupted run is gone after it.
    pub async fn request(&self, name: &str, engine: Engine) -> Result<CreateStore> {
        let name = format!("{PREFIX}{name}");
        match self.world.client.store_get(&name).await {
            Ok(view) if view.phase != Phase::Deleted => {
                let old = Store { world: self.world.clone(), view };
                old.delete().await.with_context(|| format!("remove store {name} of an earlier run"))?;
            }
            Ok(_) => {}
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error).context("look for a store of an earlier run"),
        }
        Ok(CreateStore::new(name, engine))
    }

    pub async fn create(&self, request: &CreateStore, key: Option<&str>) -> Result<Store, ClientError> {
        let view = self.world.client.store_create(request, key).await?;
        let store = Store { world: self.world.clone(), view };
        self.adopt(&store);
        Ok(store)
    }

    /// Takes over a store that was made by other means: it is removed with the rest.
    pub fn adopt(&self, store: &Store) {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if !stores.iter().any(|known| known.id() == store.id()) {
            stores.push(store.clone());
        }
    }

    /// The store with this id or name, as a store of this scene.
    pub async fn find(&self, id_or_name: &str) -> Result<Store> {
        let view = self.world.client.store_get(id_or_name).await?;
        let store = Store { world: self.world.clone(), view };
        self.adopt(&store);
        Ok(store)
    }

    /// The platform installed with other values while `act` goes on; as it was afterwards, whatever `act` did.
    pub async fn with_platform<T>(&self, values: &Value, act: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let before = self.world.helm.platform_values().await?;
        let outcome = AssertUnwindSafe(async {
            self.world.helm.platform_upgrade(values).await?;
            act().await
        });
        let outcome = outcome.catch_unwind().await;
        let restored = self.world.helm.platform_upgrade(&before).await.context("put the platform back as it was");
        match outcome {
            Ok(outcome) => restored.and(outcome),
            Err(panic) => resume_unwind(panic),
        }
    }

    fn made(&self) -> Vec<Store> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn clean(&self) -> Result<()> {
        let made = self.made();
        let outcomes = futures::future::join_all(made.iter().map(Store::delete)).await;
        for (store, outcome) in made.iter().zip(outcomes) {
            outcome.with_context(|| format!("remove store {}", store.view.name))?;
        }
        Ok(())
    }
}

async fn play(test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    let scene = Scene { world: World::from_env()?, stores: Mutex::default() };
    let outcome = AssertUnwindSafe(timeout(LONGEST, test(&scene))).catch_unwind().await;
    if !matches!(outcome, Ok(Ok(Ok(())))) {
        for store in scene.made() {
            eprintln!("{}", postmortem::tell(&store).await);
        }
    }
    let cleaned = scene.clean().await;
    let outcome = match outcome {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(anyhow!("the test did not end in {} minutes", LONGEST.as_secs() / 60)),
        Err(panic) => {
            if let Err(error) = cleaned {
                eprintln!("and the clean-up failed: {error:#}");
            }
            resume_unwind(panic);
        }
    };
    match (outcome, cleaned) {
        (Ok(()), cleaned) => cleaned,
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(second)) => Err(error.context(format!("and the clean-up failed: {second:#}"))),
    }
}
