//! How the database is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::MigrateError;
use sqlx::{Connection, Executor};

use super::bell::Bell;
use super::dialect::Dialect;
use super::limited::{self, ACQUIRE_LIMIT, Pool, alive};
use super::{Db, lock};

/// Eight connections serve the API and four workers; more only queue inside the database.
const POOL_SIZE: u32 = 8;

/// SQLite's file inside the data directory.
const SQLITE_FILE: &str = "store-platform.db";

/// The tables of this version are a second's work on those of the one before. What is cut here begins anew with the
/// first change that was not made.
const MIGRATE_LIMIT: Duration = Duration::from_mins(1);

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
    Migrate(#[from] MigrateError),
    #[error("cannot open the database: {0}")]
    Open(#[from] sqlx::Error),
}

impl OpenError {
    /// Whether the database may answer later: it is away, starting, full, or busy with somebody else's change of the tables.
    /// A wrong password or name stays wrong.
    pub fn passes(&self) -> bool {
        match self {
            OpenError::Open(error)
            | OpenError::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                passes(error)
            }
            OpenError::InUse { .. } | OpenError::Directory { .. } | OpenError::Migrate(_) => false,
        }
    }
}

fn passes(error: &sqlx::Error) -> bool {
    // PostgreSQL's classes of connections, of transactions that met another one, of resources, and of a server that starts
    // or stops; a lock that somebody else holds; and the ends that `connection_setup` sets to what takes too long.
    const CODES: [&str; 7] = ["08", "40", "53", "57P", "55P03", "57014", "25P03"];
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| CODES.iter().any(|passing| code.starts_with(passing)))
        }
        _ => false,
    }
}

/// Between two tries to open a database that does not answer.
const OPEN_AGAIN: Duration = Duration::from_secs(2);

impl Db {
    /// Opens the database as soon as it can be. Ending instead would only have Kubernetes start this process again, later
    /// each time. `pod`: a name that lives once, whose last holder is dead; see `leases_end_of`.
    pub async fn open_when_there(settings: &DbSettings, pod: Option<&str>) -> Result<Db, OpenError> {
        loop {
            let opened = async {
                let db = Db::open(settings).await?;
                if let Some(pod) = pod {
                    db.leases_end_of(pod).await?;
                }
                Ok::<Db, OpenError>(db)
            };
            match opened.await {
                Err(error) if error.passes() => tracing::warn!(%error, "open the database: trying again"),
                opened => return opened,
            }
            tokio::time::sleep(OPEN_AGAIN).await;
        }
    }

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
            .acquire_timeout(ACQUIRE_LIMIT)
            // Asked in `before_acquire`, with an end to the wait.
            .test_before_acquire(false)
            .before_acquire(|connection, _| {
                Box::pin(async move {
                    // A COMMIT that SQLite refused because the disk is full has rolled back already; the driver's own
                    // ROLLBACK then fails, and the connection would take itself for busy for ever. Another one is opened.
                    if connection.is_in_transaction() {
                        return Ok(false);
                    }
                    alive(connection).await.map(|()| true)
                })
            })
            // Whoever gave up waiting on a connection gives it back here, and the driver would go on waiting for it: each
            // would take one of the few places for ever.
            .after_release(|connection, _| Box::pin(async move { alive(connection).await.map(|()| true) }))
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(dialect.connection_setup()).await.map(drop) })
            })
            .connect(&url)
            .await?;
        // During a rollout a replica of the version before may start on tables that are ahead of it: changes of tables only
        // ever add, so it can go on.
        let mut migrations = sqlx::migrate!("./migrations");
        migrations.set_ignore_missing(true);
        let migrated = async { migrations.run(&pool).await.map_err(OpenError::from) };
        tokio::time::timeout(MIGRATE_LIMIT, migrated)
            .await
            .unwrap_or_else(|_| Err(limited::silent(MIGRATE_LIMIT).into()))?;
        let bell = match settings {
            DbSettings::Sqlite { .. } => Bell::in_process(),
            DbSettings::Postgres { url } => Bell::with_notifications(url.clone()),
        };
        let db = Db { pool: Pool::new(pool, dialect), dialect, bell, turn: Arc::default(), _lock: lock };
        if dialect == Dialect::Sqlite {
            // The lock file is ours, so whoever held a lease is dead: nobody has to wait for it to lapse.
            db.leases_void().await?;
        }
        Ok(db)
    }
}
