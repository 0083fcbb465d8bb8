//! All SQL of the service. `http` and `worker` meet here and nowhere else.

mod accounts;
mod adopt;
mod audit;
mod bell;
mod claims;
mod devices;
mod dialect;
mod events;
mod idempotency;
mod list;
mod lock;
mod orphans;
mod rows;
mod sessions;
mod stores;
mod sweeps;
mod tokens;
mod typical;
mod wake;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use accounts::{AccountError, AccountRow, NewAccount, SetupError};
pub use adopt::{Adopted, Adoption};
pub use audit::{Action, Audited};
pub use bell::Bell;
pub use claims::{Age, Claim, Hold, NamespaceUid, Record, Recorded, Renewed};
pub use events::{EventKind, EventRow};
pub use idempotency::IdempotencyRequest;
pub use list::{Filter, Page};
pub use orphans::{Finding, OrphanRow, Standing, Taken};
pub use rows::{StageRow, StoreRow};
pub use sessions::SessionRow;
pub use stores::{ChangeError, CreateError, Created, NewStore};
pub use sweeps::{SweepClaim, SweepState, SweepTurn};
pub use tokens::{NewToken, TokenRow};

use dialect::Dialect;

/// A request waits this long for a connection before it says that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Eight connections serve the API and four workers; more only queue inside the database.
const POOL_SIZE: u32 = 8;

/// SQLite's file inside the data directory.
const SQLITE_FILE: &str = "store-platform.db";

/// Where the stores are remembered.
#[derive(Clone, Debug)]
pub enum DbSettings {
    /// One file; one process at a time.
    Sqlite { directory: PathBuf },
    /// `postgres://…`; any number of replicas.
    Postgres { url: SecretString },
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "{path} is in use by another provisioner; SQLite serves one at a time: stop the other one, or set DATABASE_URL to a PostgreSQL for several replicas"
    )]
    InUse { path: String },
    #[error("cannot use the data directory {path}: {source}; make it writable, or set DATA_DIR to one that is")]
    Directory { path: String, source: std::io::Error },
    #[error("cannot bring the database to this version's tables: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("cannot open the database: {0}")]
    Open(#[from] sqlx::Error),
}

/// The database, with the bell that rings after each commit. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: AnyPool,
    dialect: Dialect,
    bell: Bell,
    /// SQLite has one writer: waiting for one's turn here is fair and wakes at once, its own busy loop is neither.
    turn: Arc<Mutex<()>>,
    /// Held as long as any clone lives.
    _lock: Option<Arc<lock::Lock>>,
}

impl Db {
    /// Opens the database, brings its tables to this version and starts to listen for wake-ups.
    pub async fn open(settings: &DbSettings) -> Result<Db, OpenError> {
        sqlx::any::install_default_drivers();
        let (url, dialect, lock) = match settings {
            DbSettings::Sqlite { directory } => {
                let path = directory.join(SQLITE_FILE);
                let lock = lock::Lock::take(&path)?;
                (format!("sqlite://{}?mode=rwc", path.display()), Dialect::Sqlite, Some(Arc::new(lock)))
            }
            DbSettings::Postgres { url } => (url.expose_secret().to_owned(), Dialect::Postgres, None),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(POOL_SIZE)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .before_acquire(|connection, _| {
                // A COMMIT that SQLite refused because the disk is full has rolled back already; the driver's own
                // ROLLBACK then fails, and the connection would take itself for busy for ever. Another one is opened.
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(dialect.connection_setup()).await.map(drop) })
            })
            .connect(&url)
            .await?;
        // During a rollout a replica of the version before may start on tables that are ahead of it: changes of tables only
        // ever add, so it can go on.
        let mut migrations = sqlx::migrate!("./migrations");
        migrations.set_ignore_missing(true).run(&pool).await?;
        let bell = match settings {
            DbSettings::Sqlite { .. } => Bell::in_process(),
            DbSettings::Postgres { url } => Bell::with_notifications(url.clone()),
        };
        let db = Db { pool, dialect, bell, turn: Arc::default(), _lock: lock };
        if dialect == Dialect::Sqlite {
            // The lock file is ours, so whoever held a lease is dead: nobody has to wait for it to lapse.
            db.leases_void().await?;
        }
        Ok(db)
    }

    /// Rings whenever something was written that a reader may wait for.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }

    /// Ends every connection; what is in flight is rolled back by the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn write(&self) -> Result<Write, sqlx::Error> {
        let turn = match self.dialect {
            Dialect::Sqlite => Some(Arc::clone(&self.turn).lock_owned().await),
            Dialect::Postgres => None,
        };
        let transaction = self.pool.begin_with(self.dialect.begin()).await?;
        Ok(Write { transaction, dialect: self.dialect, bell: self.bell.clone(), _turn: turn })
    }
}

/// A transaction that writes. Dropped without a commit, it leaves nothing.
struct Write {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
    bell: Bell,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Write {
    fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Commits, then wakes this process and, on PostgreSQL, the others.
    async fn commit_and_ring(mut self) -> Result<(), sqlx::Error> {
        if let Some(notify) = self.dialect.notify() {
            self.transaction.execute(notify).await?;
        }
        self.transaction.commit().await?;
        self.bell.ring();
        Ok(())
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }
}
