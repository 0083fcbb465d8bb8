//! Who is signed in: a row for each browser.

use sqlx::Row;
use store_api::Role;

use super::accounts::account_row;
use super::audit::Action;
use super::rows::word;
use super::{AccountRow, Db};

/// A session that nobody uses ends after this long, and any session this long after its sign-in.
const IDLE_MS: i64 = 7 * DAY_MS;
const WHOLE_MS: i64 = 30 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Use is not written oftener than this: a page asks many things at once.
const NOTED_MS: i64 = 60 * 1000;

/// A session that is good.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub account: AccountRow,
    pub expires_at_ms: i64,
}

impl Db {
    /// In the browser with that device's hash. Gives back when it ends unless it is used.
    pub async fn session_create(&self, account: &AccountRow, hash: &str, device: &str) -> Result<i64, sqlx::Error> {
        let mut write = self.write().await?;
        let expire = write.dialect.sql("DELETE FROM sessions WHERE expires_at_ms < NOW_MS");
        sqlx::query(expire).execute(write.connection()).await?;
        let insert = write.dialect.sql(
            "INSERT INTO sessions (token_hash, account_id, created_at_ms, expires_at_ms)
             VALUES ($1, $2, NOW_MS, NOW_MS + $3) RETURNING expires_at_ms",
        );
        let row = sqlx::query(insert).bind(hash).bind(&account.id).bind(IDLE_MS).fetch_one(write.connection()).await?;
        let expires = row.try_get(0)?;
        let noted = write.dialect.sql("UPDATE accounts SET last_sign_in_ms = NOW_MS WHERE id = $1");
        sqlx::query(noted).bind(&account.id).execute(write.connection()).await?;
        write.device_put(device, account).await?;
        write.audit_deed(&account.email, Action::SignIn, "").await?;
        write.commit().await?;
        Ok(expires)
    }

    /// The session with this hash if it is good; its end moves on.
    pub async fn session_use(&self, hash: &str) -> Result<Option<SessionRow>, sqlx::Error> {
        let find = self.dialect.sql(
            "SELECT a.id, a.email, a.role, a.password_hash, a.created_at_ms, a.last_sign_in_ms, s.expires_at_ms,
                    s.created_at_ms AS begun_ms, NOW_MS AS now_ms
             FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = $1 AND s.expires_at_ms > NOW_MS",
        );
        let Some(row) = sqlx::query(find).bind(hash).fetch_optional(&self.pool).await? else { return Ok(None) };
        let (now, begun): (i64, i64) = (row.try_get("now_ms")?, row.try_get("begun_ms")?);
        let mut expires_at_ms: i64 = row.try_get("expires_at_ms")?;
        let wanted = (now + IDLE_MS).min(begun + WHOLE_MS);
        if wanted - expires_at_ms > NOTED_MS {
            let mut write = self.write().await?;
            let update = "UPDATE sessions SET expires_at_ms = $1 WHERE token_hash = $2";
            sqlx::query(update).bind(wanted).bind(hash).execute(write.connection()).await?;
            write.commit().await?;
            expires_at_ms = wanted;
        }
        Ok(Some(SessionRow { account: account_row(&row)?, expires_at_ms }))
    }

    /// What whoever has this session may do, if it is good. Its end does not move.
    pub async fn session_role(&self, hash: &str) -> Result<Option<Role>, sqlx::Error> {
        let find = self.dialect.sql(
            "SELECT a.role FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE s.token_hash = $1 AND s.expires_at_ms > NOW_MS",
        );
        let row = sqlx::query(find).bind(hash).fetch_optional(&self.pool).await?;
        row.map(|row| word(&row, "role", Role::parse)).transpose()
    }

    pub async fn session_end(&self, hash: &str) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(hash).execute(write.connection()).await?;
        write.commit().await
    }

    /// In every browser. The one that asks stays known: who signs out everywhere because somebody guesses must get in again.
    pub async fn sessions_end(&self, account: &AccountRow, device: Option<&str>) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let delete = "DELETE FROM sessions WHERE account_id = $1";
        sqlx::query(delete).bind(&account.id).execute(write.connection()).await?;
        write.devices_forget(account, device).await?;
        write.audit_deed(&account.email, Action::SignOutEverywhere, "").await?;
        write.commit().await
    }
}
