use std::sync::Arc;
use std::time::Duration;

use provisioner::cluster::fake::{Fake, Pace};
use provisioner::db::{Created, Db, DbSettings, EventRow, NewStore, StoreRow};
use provisioner::lease::LeaseTimes;
use provisioner::worker::{self, Settings};
use store_model::{Engine, HostName, Phase, Plan, StoreId, StoreName, StoreSettings};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::{Database, Kind};

/// Nothing here takes a second on an idle machine; a busy one gets a minute.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A database, a cluster in memory, and workers as a test asks for them.
pub struct Room {
    pub db: Db,
    pub fake: Fake,
    pub settings: Settings,
    pub database: Database,
    pub kind: Kind,
}

impl Room {
    pub async fn new(kind: Kind, pace: Pace) -> Room {
        Room::on(Database::new(kind).await, pace).await
    }

    /// The same database after this process let go of it, as after a restart.
    pub async fn reopened(self) -> Room {
        let Room { db, database, fake: _, settings: _, kind: _ } = self;
        db.close().await;
        drop(db);
        Room::on(database, Pace::AtOnce).await
    }

    pub async fn on(database: Database, pace: Pace) -> Room {
        let kind = match database.settings {
            DbSettings::Sqlite { .. } => Kind::Sqlite,
            DbSettings::Postgres { .. } => Kind::Postgres,
        };
        let settings = Settings {
            // Only what must lapse within a test is short. The polls are off: whatever a test sees was told by the bell
            // or by the cluster's changes.
            lease: LeaseTimes::of(Duration::from_secs(3)),
            backoff: Duration::from_millis(10),
            backoff_cap: Duration::from_millis(50),
            settle: Duration::from_millis(100),
            poll: Duration::from_secs(3600),
            poll_failed: Duration::from_secs(3600),
            ..Settings::new("first")
        };
        Room { db: database.open().await, fake: Fake::new(pace), settings, database, kind }
    }

    /// What another replica would hold: a connection of its own on PostgreSQL; SQLite has one process only.
    pub async fn second_db(&self) -> Db {
        match self.kind {
            Kind::Sqlite => self.db.clone(),
            Kind::Postgres => self.database.open().await,
        }
    }

    /// Goes on with another database: the one it had is closed and given back, as it stands.
    pub async fn change_database(&mut self, to: Database) -> Database {
        self.db.close().await;
        // Tasks that were stopped let go of a file a moment later.
        self.db = in_time(async {
            loop {
                match Db::open(&to.settings).await {
                    Ok(db) => return db,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        })
        .await;
        std::mem::replace(&mut self.database, to)
    }

    pub fn work(&self) -> Worker {
        self.work_with(&self.db, &self.settings)
    }

    pub fn work_with(&self, db: &Db, settings: &Settings) -> Worker {
        let (stop, stopped) = watch::channel(false);
        let run = worker::run(db.clone(), Arc::new(self.fake.clone()), settings.clone(), stopped);
        Worker { stop, task: tokio::spawn(run) }
    }

    pub async fn create(&self, name: &str) -> StoreRow {
        self.create_as("somebody", name).await
    }

    pub async fn create_as(&self, owner: &str, name: &str) -> StoreRow {
        let new = NewStore { created_by: owner.to_owned(), ..new_store(name) };
        let Created { store, replayed } = self.db.store_create(new, None).await.unwrap();
        assert!(!replayed);
        store
    }

    pub async fn get(&self, id: &StoreId) -> StoreRow {
        self.db.store_find(id.as_str()).await.unwrap().unwrap()
    }

    pub async fn until_phase(&self, id: &StoreId, phase: Phase) -> StoreRow {
        self.until(id, |row| row.store.phase == phase).await
    }

    /// Waits on the bell, as a reader of events does.
    pub async fn until(&self, id: &StoreId, holds: impl Fn(&StoreRow) -> bool) -> StoreRow {
        let mut bell = self.db.bell().subscribe();
        let wait = async {
            loop {
                let row = self.get(id).await;
                if holds(&row) {
                    return row;
                }
                // Being behind is as good as a ring.
                let _ring = bell.recv().await;
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(row) => row,
            Err(_) => panic!(
                "it did not come to that; the row is {:#?}, its deeds {:?}, its events {:#?}",
                self.get(id).await,
                self.fake.deeds(id),
                self.events(id).await
            ),
        }
    }

    pub async fn events(&self, id: &StoreId) -> Vec<EventRow> {
        self.db.events_after(id, 0, 1000).await.unwrap()
    }
}

pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// SIGTERM.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        timeout(PATIENCE, self.task).await.expect("the worker stops in time").unwrap();
    }

    /// As near to `kill -9` as a task comes: nothing of it runs on, nothing is handed over.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

pub fn new_store(name: &str) -> NewStore {
    let name = StoreName::parse(name).unwrap();
    let host = HostName::of_store(&name, &HostName::parse("localhost").unwrap()).unwrap();
    NewStore {
        name,
        engine: Engine::Woocommerce,
        plan: Plan::Small,
        host,
        settings: StoreSettings {
            title: "A shop of 100%".to_owned(),
            admin_email: "owner@example.com".to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            sample_products: true,
        },
        created_by: "somebody".to_owned(),
    }
}

pub async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it happens in time")
}

/// The phases that the events tell of, in their order.
pub fn phases(events: &[EventRow]) -> Vec<Phase> {
    let mut phases: Vec<Phase> = events.iter().map(|event| event.phase).collect();
    phases.dedup();
    phases
}
