//! A cluster in memory that behaves as a real one does, faults included, for tests and for trying the API without
//! Kubernetes. It refuses what the real one refuses: a release without its namespace, a second `helm` on a pending one.

mod outside;
mod story;
mod world;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use store_model::orphans::Extent;
use store_model::{Component, Reason, ReasonCode, Seen, Step, Store, StoreId};
use tokio::sync::{Notify, broadcast};

use super::{
    Census, Cluster, ComponentSeen, Credentials, Description, Done, LogLines, LogRange, LoginLink, Removed, Retry,
    StepError, Usage, login, secrets,
};
use world::Place;

pub use outside::{Backup, Volumes};
pub use world::Minted;

/// How what is installed comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// With the deed that starts it.
    AtOnce,
    /// One notch for each `Fake::tick`.
    ByTick,
    /// One notch after each such time, as something to look at.
    Every(Duration),
}

/// What goes wrong with a store, by the store's name. Everything goes well where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The application's image cannot be fetched.
    pub image_broken: bool,
    /// So many proofs are refused before one succeeds.
    pub proofs_refused: u32,
    /// Something in the namespace that does not go away.
    pub delete_blocked: Option<String>,
    /// The namespace exists already and is somebody else's.
    pub foreign_namespace: bool,
    /// This step panics, each time.
    pub panics_at: Option<&'static str>,
    /// This step is refused for good.
    pub refused_at: Option<&'static str>,
    /// This step stops half-way until `Fake::go_on`; dropped there, it leaves what a killed Helm leaves.
    pub stops_at: Option<&'static str>,
    /// A namespace is made, and whoever made it does not hear of it until `Fake::go_on`.
    pub made_unheard: bool,
    /// Somebody put a claim without our labels into the namespace: no watch tells of it.
    pub unlabelled_claim: bool,
    /// No look and no deed gets an answer.
    pub unreachable: bool,
    /// The cluster has nothing that measures.
    pub unmeasured: bool,
    /// The store's Secrets are from before there were log-in links.
    pub no_login_key: bool,
}

#[derive(Clone)]
pub struct Fake {
    pace: Pace,
    world: Arc<Mutex<World>>,
    changes: broadcast::Sender<StoreId>,
    /// Wakes acts that stopped half-way.
    go_on: Arc<Notify>,
    /// Wakes tests that wait for an act to stop half-way.
    stopped: Arc<Notify>,
}

#[derive(Default)]
struct World {
    places: BTreeMap<StoreId, Place>,
    scripts: BTreeMap<String, Script>,
    /// What was asked for, in its order.
    deeds: Vec<(StoreId, &'static str)>,
    /// Acts under way; two for one store at the same time is what leases are there to prevent.
    acting: BTreeMap<StoreId, u32>,
    overlaps: u32,
    /// Orphans whose removal was asked for.
    removals: Vec<StoreId>,
    /// Steps that stand half-way now.
    halted: u32,
}

impl Fake {
    pub fn new(pace: Pace) -> Fake {
        Fake {
            pace,
            world: Arc::default(),
            changes: broadcast::Sender::new(1024),
            go_on: Arc::default(),
            stopped: Arc::default(),
        }
    }

    /// The same cluster, in which what is begun through this handle comes up at another pace.
    #[must_use]
    pub fn paced(&self, pace: Pace) -> Fake {
        Fake { pace, ..self.clone() }
    }

    /// Says what goes wrong with the store of that name from now on. What is in the way of a deletion is in the namespace's
    /// status: it is told of when it changes, and a deletion that nothing is in the way of any more goes on.
    pub fn script(&self, name: &str, script: Script) {
        let now = script.delete_blocked.clone();
        let mut world = self.world();
        let before = world.scripts.insert(name.to_owned(), script).and_then(|before| before.delete_blocked);
        if now == before {
            return;
        }
        let ids: Vec<StoreId> =
            world.places.iter().filter(|(_, place)| place.name == name).map(|(id, _)| id.clone()).collect();
        drop(world);
        for id in ids {
            match self.pace {
                _ if now.is_some() => self.tell(&id),
                Pace::AtOnce => {
                    while self.tick_one(&id) {}
                    self.tell(&id);
                }
                Pace::ByTick => {}
                Pace::Every(every) => self.tick_later(id, every),
            }
        }
    }

    /// Lets every store come one notch further and tells of it.
    pub fn tick(&self) {
        let mut world = self.world();
        let World { places, scripts, .. } = &mut *world;
        let mut changed = Vec::new();
        for (id, place) in places.iter_mut() {
            let script = scripts.get(&place.name).cloned().unwrap_or_default();
            if place.tick(&script) {
                changed.push(id.clone());
            }
        }
        drop(world);
        for id in changed {
            self.tell(&id);
        }
    }

    /// Lets the acts that stopped half-way end.
    pub fn go_on(&self) {
        for script in self.world().scripts.values_mut() {
            script.stops_at = None;
        }
        self.go_on.notify_waiters();
    }

    /// Resolves when an act stands half-way.
    pub async fn halted(&self) {
        loop {
            let stopped = self.stopped.notified();
            if self.world().halted > 0 {
                return;
            }
            stopped.await;
        }
    }

    /// Resolves when no act stands half-way any more.
    pub async fn freed(&self) {
        loop {
            let moved = self.stopped.notified();
            if self.world().halted == 0 {
                return;
            }
            moved.await;
        }
    }

    /// What Kubernetes does at the end of a back-off: it tries the broken anew.
    pub fn back_off_ends(&self) {
        let mut world = self.world();
        let ids: Vec<StoreId> = world.places.keys().cloned().collect();
        let World { places, scripts, .. } = &mut *world;
        for place in places.values_mut() {
            let script = scripts.get(&place.name).cloned().unwrap_or_default();
            place.try_anew();
            if self.pace == Pace::AtOnce {
                while place.tick(&script) {}
            }
        }
        drop(world);
        for id in ids {
            self.tell(&id);
        }
    }

    /// The secret that was minted for a store; it must never change.
    pub fn minted(&self, id: &StoreId) -> Option<Minted> {
        self.world().places.get(id).and_then(|place| place.credentials.clone())
    }

    /// The steps that were asked for a store, in their order.
    pub fn deeds(&self, id: &StoreId) -> Vec<&'static str> {
        self.world().deeds.iter().filter(|(of, _)| of == id).map(|(_, deed)| *deed).collect()
    }

    /// How often two acts on one store ran at the same time.
    pub fn overlaps(&self) -> u32 {
        self.world().overlaps
    }

    /// Whether anything of the store is left.
    pub fn holds(&self, id: &StoreId) -> bool {
        self.world().places.get(id).is_some_and(|place| !place.is_empty())
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A panic of a scripted step never happens under the lock.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, id: &StoreId) {
        // An error says that nobody watches.
        let _nobody = self.changes.send(id.clone());
    }

    fn script_of(&self, store: &Store) -> Script {
        self.world().scripts.get(store.name.as_str()).cloned().unwrap_or_default()
    }

    fn reached(&self, store: &Store) -> Result<(), StepError> {
        if self.script_of(store).unreachable { Err(unreachable()) } else { Ok(()) }
    }

    /// Stands still until told to go on.
    async fn halt(&self) {
        let _halted = Halted::new(self);
        let going_on = self.go_on.notified();
        self.stopped.notify_waiters();
        going_on.await;
    }

    /// Ends where nothing moves: at the end of the way, or at what is in it.
    fn tick_later(&self, id: StoreId, every: Duration) {
        let fake = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                if !fake.tick_one(&id) {
                    return;
                }
                fake.tell(&id);
            }
        });
    }

    /// One notch of one store's place. `false` if there was nothing to do.
    fn tick_one(&self, id: &StoreId) -> bool {
        let mut world = self.world();
        let World { places, scripts, .. } = &mut *world;
        let Some(place) = places.get_mut(id) else { return false };
        let script = scripts.get(&place.name).cloned().unwrap_or_default();
        place.tick(&script)
    }
}

#[async_trait]
impl Cluster for Fake {
    async fn look(&self, store: &Store) -> Result<Seen, StepError> {
        let script = self.script_of(store);
        if script.unreachable {
            return Err(unreachable());
        }
        // The script asks for it: a bug in the real cluster's code would do this.
        assert!(script.panics_at != Some("look"), "scripted");
        let mut world = self.world();
        let place = world.places.entry(store.id.clone()).or_insert_with(|| Place::new(store, &script));
        Ok(place.seen(store, &script))
    }

    async fn act(&self, store: &Store, step: &Step) -> Result<Done, StepError> {
        let script = self.script_of(store);
        let _acting = Acting::new(self, &store.id);
        self.world().deeds.push((store.id.clone(), step.as_str()));
        if script.unreachable {
            return Err(unreachable());
        }
        // The script asks for it: a bug in the real cluster's code would do this.
        assert!(script.panics_at != Some(step.as_str()), "scripted");
        if script.refused_at == Some(step.as_str()) {
            return Err(refused(ReasonCode::Release, "the script refuses it", Retry::Never));
        }
        let id = &store.id;
        // A real deed takes more than one call: other tasks run in between.
        tokio::task::yield_now().await;
        self.world().places.entry(id.clone()).or_insert_with(|| Place::new(store, &script)).begin(step)?;
        self.tell(id);
        if script.stops_at == Some(step.as_str()) {
            self.halt().await;
        }
        let done = {
            let mut world = self.world();
            let World { places, scripts, .. } = &mut *world;
            let place = places.entry(id.clone()).or_insert_with(|| Place::new(store, &script));
            let script = scripts.entry(store.name.to_string()).or_default();
            let done = place.end(store, step, script)?;
            if self.pace == Pace::AtOnce {
                while place.tick(script) {}
            }
            done
        };
        if script.made_unheard && *step == Step::CreateNamespace {
            self.halt().await;
        }
        if let Pace::Every(every) = self.pace
            && matches!(step, Step::InstallRelease | Step::RestartBroken | Step::DeleteNamespace)
        {
            self.tick_later(id.clone(), every);
        }
        self.tell(id);
        Ok(done)
    }

    fn changes(&self) -> Pin<Box<dyn Stream<Item = StoreId> + Send>> {
        let changes = tokio_stream::wrappers::BroadcastStream::new(self.changes.subscribe());
        // What was missed by falling behind is what the slow poll is for.
        Box::pin(changes.filter_map(|change| std::future::ready(change.ok())))
    }

    /// It leads to the store's host and says that nobody is there.
    async fn login_link(&self, store: &Store) -> Result<Option<LoginLink>, StepError> {
        self.reached(store)?;
        let path = store.engine.spec().login_path.filter(|_| !self.script_of(store).no_login_key);
        let expires_at = login::end(Timestamp::now());
        let token = format!("{}.this-cluster-is-in-memory", expires_at.as_second());
        Ok(path.map(|path| LoginLink::new(path, &token, expires_at)))
    }

    async fn components(&self, store: &Store) -> Result<Vec<ComponentSeen>, StepError> {
        self.reached(store)?;
        Ok(self.components_now(store))
    }

    async fn logs(&self, store: &Store, of: Component, range: LogRange) -> Result<Option<LogLines>, StepError> {
        self.reached(store)?;
        Ok(self.story(store, of, range))
    }

    async fn usage(&self, store: &Store) -> Result<Usage, StepError> {
        self.reached(store)?;
        Ok(self.usage_now(store, self.script_of(store).unmeasured))
    }

    /// An act that is dropped ends with the drop.
    async fn idle(&self, _id: &StoreId) {}

    fn abandon(&self, _id: &StoreId) {}

    async fn census(&self) -> Result<Census, StepError> {
        Ok(self.census_now())
    }

    async fn describe(&self, id: &StoreId) -> Result<Description, StepError> {
        self.description(id)
    }

    async fn remove(&self, id: &StoreId, uid: &str, extent: Extent) -> Result<Removed, StepError> {
        let removed = self.remove_now(id, uid, extent);
        if self.pace == Pace::AtOnce {
            // The namespace, then its volumes.
            self.tick();
            self.tick();
        }
        Ok(removed)
    }

    async fn credentials(&self, store: &Store) -> Result<Credentials, StepError> {
        let world = self.world();
        let minted = world.places.get(&store.id).and_then(|place| place.credentials.as_ref());
        let Some(minted) = minted else {
            return Err(refused(ReasonCode::Cluster, "the store has no credentials yet", Retry::Later));
        };
        secrets::for_owner(store, |secret, key| minted.get(&secret)?.get(key).cloned())
            .map_err(|missing| refused(ReasonCode::Cluster, &missing, Retry::Later))
    }
}

fn unreachable() -> StepError {
    refused(ReasonCode::Cluster, "connection refused", Retry::Later)
}

fn refused(code: ReasonCode, detail: &str, retry: Retry) -> StepError {
    StepError { reason: Reason::new(code, detail), retry, source: None }
}

/// Counts an act as under way for as long as it lives, however it ends.
struct Acting<'a> {
    fake: &'a Fake,
    id: StoreId,
}

impl<'a> Acting<'a> {
    fn new(fake: &'a Fake, id: &StoreId) -> Acting<'a> {
        let mut world = fake.world();
        let acts = world.acting.entry(id.clone()).or_default();
        *acts += 1;
        if *acts > 1 {
            world.overlaps += 1;
        }
        Acting { fake, id: id.clone() }
    }
}

impl Drop for Acting<'_> {
    fn drop(&mut self) {
        if let Some(acts) = self.fake.world().acting.get_mut(&self.id) {
            *acts -= 1;
        }
    }
}

struct Halted<'a> {
    fake: &'a Fake,
}

impl<'a> Halted<'a> {
    fn new(fake: &'a Fake) -> Halted<'a> {
        fake.world().halted += 1;
        Halted { fake }
    }
}

impl Drop for Halted<'_> {
    fn drop(&mut self) {
        self.fake.world().halted -= 1;
        self.fake.stopped.notify_waiters();
    }
}
