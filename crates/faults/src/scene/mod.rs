//! One test with its own database, wires, till and provisioners, on the API server that all tests share. If it fails,
//! what can be seen of it is printed.

mod database;
mod postmortem;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use futures::FutureExt as _;
use rand::RngExt as _;
use store_api::{CreateStore, StoreView};
use store_model::{Engine, Phase};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use database::{AuditRow, Database, EventRow, Kind, Row};

use crate::control_plane::ControlPlane;
use crate::programs::Programs;
use crate::proxy::Proxy;
use crate::service::{Service, Settings};
use crate::till::Till;
use crate::{PATIENCE, invariants, runtime, until};

/// A test that takes longer hangs.
const LONGEST: Duration = Duration::from_mins(15);

/// Scenes at once, over all tests of a program: every provisioner hears of every store in the shared API server, so twice
/// as many scenes are four times the work. Three for each of two cores, since most of a scene is waiting.
static TURNS: Semaphore = Semaphore::const_new(6);

pub struct Scene {
    pub plane: &'static ControlPlane,
    pub proxy: Proxy,
    pub till: Till,
    pub database: Database,
    pub settings: Settings,
    /// Begins the name of each store of this scene: what belongs to it is known by that.
    pub prefix: String,
    started: Mutex<Vec<Arc<Service>>>,
    sleeping_helm: AtomicBool,
    directory: TempDir,
}

/// Plays a test, and checks every invariant at its end.
pub fn play(kind: Kind, test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    runtime()?.block_on(play_here(kind, test))
}

/// The same inside a task of the runtime's: for tests that play several scenes at once.
pub async fn play_here(kind: Kind, test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    play_for(LONGEST, kind, test).await
}

/// For what is meant to take its time.
pub async fn play_for(longest: Duration, kind: Kind, test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    play_on(ControlPlane::shared().await?, longest, kind, test).await
}

/// On a control plane of its own: for what no neighbour could stand. It lives until the test program ends.
pub fn play_alone(kind: Kind, test: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    runtime()?.block_on(async {
        let plane = ControlPlane::start(&Programs::from_env()?).await?;
        play_on(Box::leak(Box::new(plane)), LONGEST, kind, test).await
    })
}

async fn play_on(
    plane: &'static ControlPlane,
    longest: Duration,
    kind: Kind,
    test: impl AsyncFnOnce(&Scene) -> Result<()>,
) -> Result<()> {
    let _turn = TURNS.acquire().await?;
    let scene = Scene::new(plane, kind).await?;
    let whole = async {
        test(&scene).await?;
        invariants::hold(&scene).await
    };
    let outcome = AssertUnwindSafe(timeout(longest, whole)).catch_unwind().await;
    if !matches!(outcome, Ok(Ok(Ok(())))) {
        eprintln!("{}", postmortem::tell(&scene).await);
    }
    match outcome {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(anyhow!("the test did not end in {} s", longest.as_secs())),
        Err(panic) => resume_unwind(panic),
    }
}

impl Scene {
    pub async fn new(plane: &'static ControlPlane, kind: Kind) -> Result<Scene> {
        let programs = Programs::from_env()?;
        let directory = tempfile::Builder::new().prefix("faults-scene").tempdir()?;
        let path = directory.path().to_path_buf();
        for place in ["data", "home"] {
            std::fs::create_dir_all(path.join(place))?;
        }
        let proxy = Proxy::start(plane).await?;
        let kubeconfig = path.join("kubeconfig");
        proxy.write_kubeconfig(&kubeconfig)?;
        let till = Till::start().await?;
        let database = Database::new(kind, &path).await?;
        let prefix = format!("t{}", letters(6));
        // Of the length that the provisioner mints, so that it is taken for nothing else.
        std::fs::write(path.join("token"), format!("sp_{}", letters(43)))?;
        let settings = Settings {
            programs,
            kubeconfig,
            base_domain: format!("{prefix}.localhost"),
            till: till.address,
            database_url: database.url(),
            directory: path,
            env: <_>::default(),
        };
        Ok(Scene {
            plane,
            proxy,
            till,
            database,
            settings,
            prefix,
            started: Mutex::default(),
            sleeping_helm: AtomicBool::new(false),
            directory,
        })
    }

    /// A test that stops a holder with its Helm has two of them on purpose: one asleep, and the next one's. It checks
    /// itself what I4 stands for.
    pub fn sleeping_helm_is_expected(&self) {
        self.sleeping_helm.store(true, Ordering::SeqCst);
    }

    pub(crate) fn expects_a_sleeping_helm(&self) -> bool {
        self.sleeping_helm.load(Ordering::SeqCst)
    }

    /// Every provisioner that this scene ever started.
    pub fn started(&self) -> Vec<Arc<Service>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub async fn start(&self) -> Result<Arc<Service>> {
        self.start_with(&self.settings).await
    }

    pub async fn start_with(&self, settings: &Settings) -> Result<Arc<Service>> {
        let service = self.begin_with(settings)?;
        service.said("that it starts", |line| line["message"] == "the provisioner starts").await?;
        Ok(service)
    }

    /// Without waiting until it answers.
    pub fn begin_with(&self, settings: &Settings) -> Result<Arc<Service>> {
        let service = Arc::new(Service::begin(settings)?);
        self.started.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&service));
        Ok(service)
    }

    pub fn name(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.prefix)
    }

    pub fn host(&self, suffix: &str) -> String {
        format!("{}.{}", self.name(suffix), self.settings.base_domain)
    }

    pub fn request(&self, suffix: &str) -> CreateStore {
        CreateStore::new(self.name(suffix), Engine::Woocommerce)
    }

    pub async fn create(&self, service: &Service, suffix: &str) -> Result<StoreView> {
        let created = service.client.store_create(&self.request(suffix), None).await;
        created.with_context(|| format!("create store {suffix}"))
    }

    /// The phase, by the API of whoever serves; a store that comes to rest elsewhere is a failure at once.
    pub async fn phase(&self, service: &Service, store: &str, phase: Phase) -> Result<StoreView> {
        let reached = until(&format!("store {store} to be {}", phase.as_str()), PATIENCE, async || {
            let view = service.client.store_get(store).await?;
            let over = matches!(view.phase, Phase::Failed | Phase::Deleted | Phase::Ready);
            Ok((view.phase == phase || over && view.phase != Phase::Ready).then_some(view))
        })
        .await?;
        if reached.phase != phase {
            bail!("store {store} is {}, not {}: {:?}", reached.phase.as_str(), phase.as_str(), reached.reason);
        }
        Ok(reached)
    }

    pub async fn ready(&self, service: &Service, store: &str) -> Result<StoreView> {
        self.phase(service, store, Phase::Ready).await
    }

    /// Ready after all, though it has failed.
    pub async fn heals(&self, service: &Service, store: &str) -> Result<StoreView> {
        until(&format!("store {store} to heal"), PATIENCE, async || {
            let view = service.client.store_get(store).await?;
            Ok((view.phase == Phase::Ready).then_some(view))
        })
        .await
    }

    pub async fn deleted(&self, service: &Service, store: &str) -> Result<StoreView> {
        self.phase(service, store, Phase::Deleted).await
    }

    /// The row of a store whose id nobody was told.
    pub async fn row(&self, suffix: &str) -> Result<Option<Row>> {
        let name = self.name(suffix);
        Ok(self.database.rows().await?.into_iter().rev().find(|row| row.name == name))
    }

    /// Tries that were counted against a store. An API server that is away is nobody's.
    pub async fn attempts(&self) -> Result<Vec<EventRow>> {
        let events = self.database.events().await?.into_iter();
        let is_counted = |event: &EventRow| event.kind == "attempt" && event.reason.as_deref() != Some("cluster");
        Ok(events.filter(is_counted).collect())
    }

    pub async fn one_release(&self, id: &str) -> Result<()> {
        let releases = invariants::releases(self.plane, &format!("store-{id}")).await?;
        let deployed = releases.iter().filter(|(_, status)| status == "deployed").count();
        ensure!(deployed == 1, "store {id} has {deployed} deployed revisions: {releases:?}");
        ensure!(!releases.iter().any(|(_, status)| status.starts_with("pending")), "a revision is stuck: {releases:?}");
        Ok(())
    }
}

fn letters(count: usize) -> String {
    let mut random = rand::rng();
    (0..count).map(|_| char::from(b'a' + random.random_range(0..26_u8))).collect()
}
