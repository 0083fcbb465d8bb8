//! Accounts, and the code that makes the first of them.

use sqlx::Row;
use sqlx::any::AnyRow;
use store_api::Role;

use super::audit::Action;
use super::rows::word;
use super::{Db, Write};

/// Long enough to walk from the terminal to the browser.
const CODE_LIVES_MS: i64 = 60 * 60 * 1000;

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub id: String,
    /// In lower case.
    pub email: String,
    pub role: Role,
    /// A PHC string.
    pub password_hash: String,
}

#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: String,
    pub email: String,
    pub role: Role,
    pub password_hash: String,
    pub created_at_ms: i64,
    pub last_sign_in_ms: Option<i64>,
}

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("there is an account already")]
    Done,
    #[error("the code is not the one, or has expired")]
    WrongCode,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is an account with this e-mail address")]
    EmailTaken,
    #[error("there is no such account")]
    NotFound,
    #[error("it is the last administrator")]
    LastAdmin,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Db {
    pub async fn setup_needed(&self) -> Result<bool, sqlx::Error> {
        let any = sqlx::query("SELECT 1 FROM accounts LIMIT 1").fetch_optional(&self.pool).await?;
        Ok(any.is_none())
    }

    /// From now on this code makes the first administrator, and none before it; gives back when it expires.
    pub async fn setup_code_put(&self, hash: &str) -> Result<i64, SetupError> {
        let mut write = self.write().await?;
        if write.accounts_count().await? > 0 {
            return Err(SetupError::Done);
        }
        let put = write.dialect.sql(
            "INSERT INTO setup_codes (name, code_hash, expires_at_ms) VALUES ('first', $1, NOW_MS + $2)
             ON CONFLICT (name) DO UPDATE SET code_hash = $1, expires_at_ms = NOW_MS + $2 RETURNING expires_at_ms",
        );
        let row = sqlx::query(put).bind(hash).bind(CODE_LIVES_MS).fetch_one(write.connection()).await?;
        let expires = row.try_get(0)?;
        write.commit().await?;
        Ok(expires)
    }

    /// The first administrator. The code is used up with it: of two that come at once, one is too late.
    pub async fn setup(&self, code_hash: &str, account: &NewAccount) -> Result<(), SetupError> {
        let mut write = self.write().await?;
        if write.accounts_count().await? > 0 {
            return Err(SetupError::Done);
        }
        let take = write.dialect.sql("DELETE FROM setup_codes WHERE code_hash = $1 AND expires_at_ms > NOW_MS");
        if sqlx::query(take).bind(code_hash).execute(write.connection()).await?.rows_affected() == 0 {
            return Err(SetupError::WrongCode);
        }
        write.account_insert(account).await?;
        write.audit_deed(&account.email, Action::SetUp, &account.email).await?;
        write.commit().await?;
        Ok(())
    }

    pub async fn account_create(&self, account: &NewAccount, by: &str) -> Result<AccountRow, AccountError> {
        let mut write = self.write().await?;
        if !write.account_insert(account).await? {
            return Err(AccountError::EmailTaken);
        }
        let row = write.account_read(&account.id).await?.ok_or(AccountError::NotFound)?;
        write.audit_deed(by, Action::CreateAccount, &format!("{} as {}", account.email, account.role.as_str())).await?;
        write.commit().await?;
        Ok(row)
    }

    pub async fn account_list(&self) -> Result<Vec<AccountRow>, sqlx::Error> {
        let rows = sqlx::query(ALL).fetch_all(&self.pool).await?;
        rows.iter().map(account_row).collect()
    }

    pub async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, sqlx::Error> {
        let row = sqlx::query(BY_EMAIL).bind(email).fetch_optional(&self.pool).await?;
        row.as_ref().map(account_row).transpose()
    }

    pub async fn account_find(&self, id: &str) -> Result<Option<AccountRow>, sqlx::Error> {
        let row = sqlx::query(BY_ID).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(account_row).transpose()
    }

    /// For its next request already: sessions and tokens are looked up with their account. Somebody must stay who can make
    /// accounts.
    pub async fn account_role_put(&self, id: &str, role: Role, by: &str) -> Result<AccountRow, AccountError> {
        let mut write = self.write().await?;
        let admins = write.admins_lock().await?;
        let mut account = write.account_read(id).await?.ok_or(AccountError::NotFound)?;
        if account.role == role {
            return Ok(account);
        }
        if account.role == Role::Admin && admins == 1 {
            return Err(AccountError::LastAdmin);
        }
        let update = "UPDATE accounts SET role = $1 WHERE id = $2";
        sqlx::query(update).bind(role.as_str()).bind(id).execute(write.connection()).await?;
        write.audit_deed(by, Action::ChangeRole, &format!("{} to {}", account.email, role.as_str())).await?;
        write.commit().await?;
        account.role = role;
        Ok(account)
    }

    /// With its sessions and tokens. Somebody must stay who can make accounts.
    pub async fn account_delete(&self, id: &str, by: &str) -> Result<(), AccountError> {
        let mut write = self.write().await?;
        let admins = write.admins_lock().await?;
        let account = write.account_read(id).await?.ok_or(AccountError::NotFound)?;
        if account.role == Role::Admin && admins == 1 {
            return Err(AccountError::LastAdmin);
        }
        sqlx::query("DELETE FROM accounts WHERE id = $1").bind(id).execute(write.connection()).await?;
        write.audit_deed(by, Action::DeleteAccount, &account.email).await?;
        write.commit().await?;
        Ok(())
    }

    /// Every session of the account ends but the one that asked, and its browser alone stays known.
    pub async fn password_put(
        &self,
        account: &AccountRow,
        hash: &str,
        session: &str,
        device: Option<&str>,
    ) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let update = "UPDATE accounts SET password_hash = $1 WHERE id = $2";
        sqlx::query(update).bind(hash).bind(&account.id).execute(write.connection()).await?;
        let end = "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2";
        sqlx::query(end).bind(&account.id).bind(session).execute(write.connection()).await?;
        write.devices_forget(account, device).await?;
        write.audit_deed(&account.email, Action::ChangePassword, "").await?;
        write.commit().await
    }
}

const ALL: &str = "SELECT id, email, role, password_hash, created_at_ms, last_sign_in_ms FROM accounts ORDER BY email";
const BY_EMAIL: &str =
    "SELECT id, email, role, password_hash, created_at_ms, last_sign_in_ms FROM accounts WHERE email = $1";
const BY_ID: &str = "SELECT id, email, role, password_hash, created_at_ms, last_sign_in_ms FROM accounts WHERE id = $1";

impl Write {
    /// Under a lock: who counts none may make the first.
    async fn accounts_count(&mut self) -> Result<i64, sqlx::Error> {
        // On PostgreSQL two could count none at once; the row of the counter is what they meet at.
        sqlx::query("UPDATE counters SET value = value WHERE name = 'audit'").execute(self.connection()).await?;
        sqlx::query("SELECT COUNT(*) FROM accounts").fetch_one(self.connection()).await?.try_get(0)
    }

    /// How many administrators there are; none of them becomes less or goes until this write ends.
    async fn admins_lock(&mut self) -> Result<usize, sqlx::Error> {
        let admins = self.dialect.sql("SELECT id FROM accounts WHERE role = 'admin' ORDER BY id FOR_UPDATE");
        Ok(sqlx::query(admins).fetch_all(self.connection()).await?.len())
    }

    /// `false`: the address is taken.
    async fn account_insert(&mut self, account: &NewAccount) -> Result<bool, sqlx::Error> {
        let NewAccount { id, email, role, password_hash } = account;
        let insert = self.dialect.sql(
            "INSERT INTO accounts (id, email, role, password_hash, created_at_ms) VALUES ($1, $2, $3, $4, NOW_MS)
             ON CONFLICT DO NOTHING",
        );
        let inserted = sqlx::query(insert)
            .bind(id)
            .bind(email)
            .bind(role.as_str())
            .bind(password_hash)
            .execute(self.connection())
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn account_read(&mut self, id: &str) -> Result<Option<AccountRow>, sqlx::Error> {
        let row = sqlx::query(BY_ID).bind(id).fetch_optional(self.connection()).await?;
        row.as_ref().map(account_row).transpose()
    }
}

pub(super) fn account_row(row: &AnyRow) -> Result<AccountRow, sqlx::Error> {
    Ok(AccountRow {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        role: word(row, "role", Role::parse)?,
        password_hash: row.try_get("password_hash")?,
        created_at_ms: row.try_get("created_at_ms")?,
        last_sign_in_ms: row.try_get("last_sign_in_ms")?,
    })
}
