//! The scene's database, read past the provisioner.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{AnyPool, Row as _};

use crate::postgres::Postgres;
use crate::wire::SqlProxy;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

pub struct Database {
    pub kind: Kind,
    /// The provisioner's wire to PostgreSQL.
    pub wire: Option<SqlProxy>,
    /// Past the wire.
    direct: Mutex<String>,
    through: Option<String>,
    /// PostgreSQL's name of it.
    name: Option<String>,
    file: Mutex<PathBuf>,
    copy: PathBuf,
}

/// A store as its row says.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub name: String,
    pub host: String,
    pub desired: String,
    pub phase: String,
    pub reason: Option<String>,
    pub attempts: i64,
    pub fence: i64,
    pub lease_until_ms: i64,
    pub claimed_by: Option<String>,
    pub due_at_ms: Option<i64>,
}

impl Row {
    pub fn namespace(&self) -> String {
        format!("store-{}", self.id)
    }

    /// Where a store may stay as it is.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.phase.as_str(), "ready" | "failed" | "deleted")
    }
}

#[derive(Clone, Debug)]
pub struct EventRow {
    pub store_id: String,
    pub kind: String,
    pub phase: String,
    pub state: Option<String>,
    pub reason: Option<String>,
    pub detail: String,
}

#[derive(Clone, Debug)]
pub struct AuditRow {
    pub id: i64,
    pub at_ms: i64,
    pub actor: String,
    pub action: String,
    pub store_id: String,
    pub phase: String,
    pub detail: String,
    pub hash: String,
}

fn read_only(file: &Path) -> String {
    format!("sqlite://{}?mode=ro", file.display())
}

impl Database {
    pub async fn new(kind: Kind, directory: &Path) -> Result<Database> {
        sqlx::any::install_default_drivers();
        let (file, copy) = (directory.join("data/store-platform.db"), directory.join("copy.db"));
        match kind {
            Kind::Sqlite => {
                let (direct, file) = (Mutex::new(read_only(&file)), Mutex::new(file));
                Ok(Database { kind, wire: None, direct, through: None, name: None, file, copy })
            }
            Kind::Postgres => {
                let server = Postgres::shared().await?;
                let name = server.new_database().await?;
                let wire = SqlProxy::start(server.address).await?;
                let through = Some(server.url(&name, wire.address));
                let direct = Mutex::new(server.url(&name, server.address));
                let (name, file) = (Some(name), Mutex::new(file));
                Ok(Database { kind, wire: Some(wire), direct, through, name, file, copy })
            }
        }
    }

    fn direct(&self) -> String {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SQLite's file is elsewhere: on a disk that only the provisioner has mounted. SQLite would follow the way there to
    /// its end and find nothing, so what is looked at is a copy, made anew for each look.
    pub fn is_at(&self, file: &Path) {
        *self.direct.lock().unwrap_or_else(PoisonError::into_inner) =
            read_only(&self.copy).replace("mode=ro", "mode=rw");
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file.to_path_buf();
    }

    /// As it is now, for `put_back`. Nobody may be at work on it, nor then.
    pub async fn back_up(&self) -> Result<()> {
        self.replaced(false).await
    }

    pub async fn put_back(&self) -> Result<()> {
        self.replaced(true).await
    }

    async fn replaced(&self, back: bool) -> Result<()> {
        if let Some(name) = &self.name {
            let kept = format!("{name}_yesterday");
            let (from, to) = if back { (&kept, name) } else { (name, &kept) };
            return Postgres::shared().await?.copy(from, to).await;
        }
        let own = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = own.with_extension("yesterday");
        let (from, to) = if back { (&kept, &own) } else { (&own, &kept) };
        // Whoever was the last to close it has put its log into it.
        ensure!(!own.with_extension("db-wal").exists(), "{} is in use", own.display());
        std::fs::copy(from, to).context("copy the database")?;
        Ok(())
    }

    fn copied(&self) -> Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if self.kind == Kind::Sqlite && self.direct() != read_only(&file) {
            std::fs::copy(&file, &self.copy).context("copy the database")?;
            let log = file.with_extension("db-wal");
            std::fs::copy(&log, self.copy.with_extension("db-wal")).context("copy the database's log")?;
        }
        Ok(())
    }

    /// What the provisioner is told.
    pub fn url(&self) -> Option<String> {
        self.through.clone()
    }

    pub fn wire(&self) -> Result<&SqlProxy> {
        self.wire.as_ref().context("SQLite has no wire")
    }

    /// A connection of its own each time: a test looks rarely, and keeps nothing open that it later wonders about.
    async fn pool(&self) -> Result<AnyPool> {
        self.copied()?;
        Ok(AnyPoolOptions::new().max_connections(1).connect(&self.direct()).await?)
    }

    async fn read<T>(&self, select: &'static str, read: impl Fn(AnyRow) -> Result<T>) -> Result<Vec<T>> {
        let pool = self.pool().await?;
        let rows = sqlx::query(select).fetch_all(&pool).await?;
        pool.close().await;
        rows.into_iter().map(read).collect()
    }

    pub async fn rows(&self) -> Result<Vec<Row>> {
        let select =
            "SELECT id, name, host, desired, phase, reason_code, attempts, fence, lease_until_ms, claimed_by, due_at_ms
                      FROM stores ORDER BY created_at_ms, id";
        let read = |row: AnyRow| {
            Ok(Row {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                host: row.try_get("host")?,
                desired: row.try_get("desired")?,
                phase: row.try_get("phase")?,
                reason: row.try_get("reason_code")?,
                attempts: row.try_get("attempts")?,
                fence: row.try_get("fence")?,
                lease_until_ms: row.try_get("lease_until_ms")?,
                claimed_by: row.try_get("claimed_by")?,
                due_at_ms: row.try_get("due_at_ms")?,
            })
        };
        self.read(select, read).await
    }

    pub async fn events(&self) -> Result<Vec<EventRow>> {
        let select = "SELECT store_id, kind, phase, state, reason_code, detail FROM events ORDER BY id";
        let read = |row: AnyRow| {
            Ok(EventRow {
                store_id: row.try_get("store_id")?,
                kind: row.try_get("kind")?,
                phase: row.try_get("phase")?,
                state: row.try_get("state")?,
                reason: row.try_get("reason_code")?,
                detail: row.try_get("detail")?,
            })
        };
        self.read(select, read).await
    }

    pub async fn audit(&self) -> Result<Vec<AuditRow>> {
        let select = "SELECT id, at_ms, actor, action, store_id, phase, detail, hash FROM audit ORDER BY id";
        let read = |row: AnyRow| {
            Ok(AuditRow {
                id: row.try_get("id")?,
                at_ms: row.try_get("at_ms")?,
                actor: row.try_get("actor")?,
                action: row.try_get("action")?,
                store_id: row.try_get("store_id")?,
                phase: row.try_get("phase")?,
                detail: row.try_get("detail")?,
                hash: row.try_get("hash")?,
            })
        };
        self.read(select, read).await
    }

    /// Everything that is written in it, for a search.
    pub async fn dump(&self) -> Result<Vec<u8>> {
        match self.kind {
            Kind::Sqlite => {
                let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let mut bytes = std::fs::read(&file).context("read the database")?;
                // The log of what is not in the file yet; it may be gone by now.
                bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
                Ok(bytes)
            }
            Kind::Postgres => {
                let pool = self.pool().await?;
                let tables = "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables
                              WHERE table_schema = 'public'";
                let mut bytes = Vec::new();
                for table in sqlx::query(tables).fetch_all(&pool).await? {
                    let table: String = table.try_get("name")?;
                    let select = format!("SELECT CAST(t AS TEXT) AS row FROM \"{table}\" t");
                    for row in sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(&pool).await? {
                        bytes.extend(row.try_get::<String, _>("row")?.into_bytes());
                        bytes.push(b'\n');
                    }
                }
                pool.close().await;
                Ok(bytes)
            }
        }
    }

    pub async fn execute(&self, statement: &str) -> Result<u64> {
        let writable = self.direct().replace("?mode=ro", "?mode=rw");
        let pool = AnyPoolOptions::new().max_connections(1).connect(&writable).await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await?;
        pool.close().await;
        Ok(done.rows_affected())
    }
}
