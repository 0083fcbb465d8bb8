//! Who did what, and to which store if to one: a row for each deed, in its transaction, chained by hashes.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;
use store_model::{Phase, StoreId};

use super::{Db, Write};

/// One thing that somebody did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// A caller of the API, or the pod whose worker it was.
    pub actor: &'a str,
    pub action: Action,
    pub store: &'a StoreId,
    /// The phase after it.
    pub phase: Phase,
    pub detail: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create,
    Retry,
    Delete,
    /// A worker brought the store into another phase.
    Enter,
    ShowCredentials,
    MakeLoginLink,
    /// The row was made again from what is in the cluster.
    Adopt,
    /// An orphaned namespace is taken away, or, when it came to that, was left for what is in it.
    RemoveOrphan,
    KeepOrphan,
    /// The first administrator was made with the one-time code.
    SetUp,
    CreateAccount,
    ChangeRole,
    DeleteAccount,
    ChangePassword,
    SignIn,
    SignOutEverywhere,
    CreateToken,
    DeleteToken,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Retry => "retry",
            Action::Delete => "delete",
            Action::Enter => "enter",
            Action::ShowCredentials => "show-credentials",
            Action::MakeLoginLink => "make-login-link",
            Action::Adopt => "adopt",
            Action::RemoveOrphan => "remove-orphan",
            Action::KeepOrphan => "keep-orphan",
            Action::SetUp => "set-up",
            Action::CreateAccount => "create-account",
            Action::ChangeRole => "change-role",
            Action::DeleteAccount => "delete-account",
            Action::ChangePassword => "change-password",
            Action::SignIn => "sign-in",
            Action::SignOutEverywhere => "sign-out-everywhere",
            Action::CreateToken => "create-token",
            Action::DeleteToken => "delete-token",
        }
    }
}

/// What became of checking the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audited {
    pub rows: i64,
    /// The first row that is not what it was when it was written, or that follows on a gap.
    pub broken_at: Option<i64>,
}

/// Rows read at a time when the chain is checked.
const PAGE: i64 = 1000;

impl Write {
    /// Called after every other write of the transaction: it takes the lock under which the chain grows.
    pub(super) async fn audit_insert(&mut self, entry: Entry<'_>) -> Result<(), sqlx::Error> {
        let Entry { actor, action, store, phase, detail } = entry;
        self.audit_words([actor, action.as_str(), store.as_str(), phase.as_str(), detail]).await
    }

    /// The same for what is about no store.
    pub(super) async fn audit_deed(&mut self, actor: &str, action: Action, detail: &str) -> Result<(), sqlx::Error> {
        self.audit_words([actor, action.as_str(), "", "", detail]).await
    }

    async fn audit_words(&mut self, words: [&str; 5]) -> Result<(), sqlx::Error> {
        let now =
            self.dialect.sql("UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value, NOW_MS");
        let row = sqlx::query(now).fetch_one(self.connection()).await?;
        let (id, at_ms): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let before = sqlx::query("SELECT hash FROM audit WHERE id = $1")
            .bind(id - 1)
            .fetch_optional(self.connection())
            .await?
            .map(|row| row.try_get::<String, _>(0))
            .transpose()?
            .unwrap_or_default();
        let hash = link(&before, id, at_ms, words);
        let insert = "INSERT INTO audit (id, at_ms, actor, action, store_id, phase, detail, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let mut insert = sqlx::query(insert).bind(id).bind(at_ms);
        for word in words {
            insert = insert.bind(word);
        }
        insert.bind(hash).execute(self.connection()).await.map(drop)
    }
}

impl Db {
    /// Reads the whole chain and computes it anew.
    pub async fn audit_verify(&self) -> Result<Audited, sqlx::Error> {
        let mut audited = Audited { rows: 0, broken_at: None };
        let mut before = String::new();
        loop {
            let rows = sqlx::query(
                "SELECT id, at_ms, actor, action, store_id, phase, detail, hash FROM audit
                 WHERE id > $1 ORDER BY id LIMIT $2",
            )
            .bind(audited.rows)
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let id: i64 = row.try_get("id")?;
                let hash = linked(&before, &row)?;
                if id != audited.rows + 1 || row.try_get::<String, _>("hash")? != hash {
                    audited.broken_at = Some(id);
                    return Ok(audited);
                }
                audited.rows = id;
                before = hash;
            }
        }
        // The newest rows may be what was taken out.
        let counted: i64 =
            sqlx::query("SELECT value FROM counters WHERE name = 'audit'").fetch_one(&self.pool).await?.try_get(0)?;
        if counted > audited.rows {
            audited.broken_at = Some(audited.rows + 1);
        }
        Ok(audited)
    }
}

fn linked(before: &str, row: &AnyRow) -> Result<String, sqlx::Error> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let (actor, action, store) = (text("actor")?, text("action")?, text("store_id")?);
    let (phase, detail) = (text("phase")?, text("detail")?);
    let words = [&actor, &action, &store, &phase, &detail].map(String::as_str);
    Ok(link(before, row.try_get("id")?, row.try_get("at_ms")?, words))
}

/// Each word with its length before it: no two rows are written the same way.
fn link(before: &str, id: i64, at_ms: i64, words: [&str; 5]) -> String {
    let mut hash = Sha256::new();
    for word in [before, &id.to_string(), &at_ms.to_string()].into_iter().chain(words) {
        hash.update(word.len().to_be_bytes());
        hash.update(word);
    }
    hex::encode(hash.finalize())
}
