//! All SQL of the service. `http` and `worker` meet here and nowhere else.

mod accounts;
mod adopt;
mod audit;
mod bell;
mod claim;
mod claims;
mod devices;
mod dialect;
mod events;
mod idempotency;
mod limited;
mod list;
mod lock;
mod open;
mod orphans;
mod rows;
mod sessions;
mod stores;
mod sweeps;
mod tokens;
mod typical;
mod wake;

use std::sync::Arc;

use sqlx::{Any, Executor, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use accounts::{AccountError, AccountRow, NewAccount, SetupError};
pub use adopt::{Adopted, Adoption};
pub use audit::{Action, Audited};
pub use bell::Bell;
pub use claim::{Age, Call, Claim, Hold, NamespaceUid, Record, Recorded, Renewed};
pub use events::{EventKind, EventRow};
pub use idempotency::IdempotencyRequest;
pub use list::{Filter, Page};
pub use open::{DbSettings, OpenError};
pub use orphans::{Finding, OrphanRow, Standing, Taken};
pub use rows::{StageRow, StoreRow};
pub use sessions::SessionRow;
pub use stores::{ChangeError, CreateError, Created, NewStore};
pub use sweeps::{SweepClaim, SweepState, SweepTurn};
pub use tokens::{NewToken, TokenRow};

use dialect::Dialect;
use limited::{Limited, Pool};

/// The database, with the bell that rings after each commit. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    dialect: Dialect,
    bell: Bell,
    /// SQLite has one writer: waiting for one's turn here is fair and wakes at once, its own busy loop is neither.
    turn: Arc<Mutex<()>>,
    /// Held as long as any clone lives.
    _lock: Option<Arc<lock::Lock>>,
}

impl Db {
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
        let transaction = self.pool.begin().await?;
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
    fn connection(&mut self) -> Limited<'_> {
        Limited { connection: &mut self.transaction, dialect: self.dialect }
    }

    /// Commits, then wakes this process and, on PostgreSQL, the others.
    async fn commit_and_ring(mut self) -> Result<(), sqlx::Error> {
        if let Some(notify) = self.dialect.notify() {
            self.connection().execute(notify).await?;
        }
        limited::commit(self.transaction, self.dialect).await?;
        self.bell.ring();
        Ok(())
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        limited::commit(self.transaction, self.dialect).await
    }
}
