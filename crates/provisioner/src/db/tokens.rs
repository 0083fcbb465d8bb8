//! API tokens beside the platform's own one.

use sqlx::Row;
use sqlx::any::AnyRow;
use store_api::Role;

use super::Db;
use super::audit::Action;
use super::rows::word;

/// Use is not written oftener than this.
const NOTED_MS: i64 = 60 * 1000;

#[derive(Clone, Debug)]
pub struct NewToken {
    pub id: String,
    pub hash: String,
    pub name: String,
    pub role: Role,
    /// Whose it is; `None`: made with the platform's own token.
    pub account: Option<String>,
    pub created_by: String,
    pub days: u32,
}

#[derive(Clone, Debug)]
pub struct TokenRow {
    pub id: String,
    pub hash: String,
    pub name: String,
    pub role: Role,
    pub account: Option<String>,
    pub created_by: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub last_used_ms: Option<i64>,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// With the role that each has now: never above its account's, whatever it was made with.
const TOKENS: &str =
    "SELECT t.id, t.token_hash, t.name, CASE WHEN a.role = 'viewer' THEN a.role ELSE t.role END AS role,
            t.account_id, t.created_by, t.created_at_ms, t.expires_at_ms, t.last_used_ms
     FROM api_tokens t LEFT JOIN accounts a ON a.id = t.account_id";

impl Db {
    pub async fn token_create(&self, new: &NewToken) -> Result<TokenRow, sqlx::Error> {
        let NewToken { id, hash, name, role, account, created_by, days } = new;
        let mut write = self.write().await?;
        let insert = write.dialect.sql(
            "INSERT INTO api_tokens (id, token_hash, name, role, account_id, created_by, created_at_ms, expires_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, NOW_MS, NOW_MS + $7)
             RETURNING id, token_hash, name, role, account_id, created_by, created_at_ms, expires_at_ms, last_used_ms",
        );
        let row = sqlx::query(insert)
            .bind(id)
            .bind(hash)
            .bind(name)
            .bind(role.as_str())
            .bind(account.as_deref())
            .bind(created_by)
            .bind(i64::from(*days) * DAY_MS)
            .fetch_one(write.connection())
            .await?;
        let row = token_row(&row)?;
        write.audit_deed(created_by, Action::CreateToken, &format!("{id} as {}", role.as_str())).await?;
        write.commit().await?;
        Ok(row)
    }

    /// Those of one account, or all.
    pub async fn token_list(&self, account: Option<&str>) -> Result<Vec<TokenRow>, sqlx::Error> {
        let select = &format!("{TOKENS} WHERE $1 = '' OR t.account_id = $1 ORDER BY t.created_at_ms DESC, t.id");
        let rows =
            sqlx::query(self.dialect.sql(select)).bind(account.unwrap_or_default()).fetch_all(&self.pool).await?;
        rows.iter().map(token_row).collect()
    }

    /// The token with this id if it has not expired. Whether it is the right one its hash says.
    pub async fn token_find(&self, id: &str) -> Result<Option<TokenRow>, sqlx::Error> {
        let select = self.dialect.sql(&format!("{TOKENS} WHERE t.id = $1 AND t.expires_at_ms > NOW_MS"));
        let row = sqlx::query(select).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(token_row).transpose()
    }

    pub async fn token_used(&self, id: &str) -> Result<(), sqlx::Error> {
        let due = self
            .dialect
            .sql("SELECT 1 FROM api_tokens WHERE id = $1 AND (last_used_ms IS NULL OR last_used_ms < NOW_MS - $2)");
        let due = sqlx::query(due).bind(id).bind(NOTED_MS).fetch_optional(&self.pool).await?;
        if due.is_none() {
            return Ok(());
        }
        let mut write = self.write().await?;
        let update = write.dialect.sql("UPDATE api_tokens SET last_used_ms = NOW_MS WHERE id = $1");
        sqlx::query(update).bind(id).execute(write.connection()).await?;
        write.commit().await
    }

    /// `false`: there is none, or it is not this account's.
    pub async fn token_delete(&self, id: &str, account: Option<&str>, by: &str) -> Result<bool, sqlx::Error> {
        let mut write = self.write().await?;
        let delete = "DELETE FROM api_tokens WHERE id = $1 AND ($2 = '' OR account_id = $2)";
        let deleted = sqlx::query(delete)
            .bind(id)
            .bind(account.unwrap_or_default())
            .execute(write.connection())
            .await?
            .rows_affected();
        if deleted == 0 {
            return Ok(false);
        }
        write.audit_deed(by, Action::DeleteToken, id).await?;
        write.commit().await?;
        Ok(true)
    }
}

fn token_row(row: &AnyRow) -> Result<TokenRow, sqlx::Error> {
    Ok(TokenRow {
        id: row.try_get("id")?,
        hash: row.try_get("token_hash")?,
        name: row.try_get("name")?,
        role: word(row, "role", Role::parse)?,
        account: row.try_get("account_id")?,
        created_by: row.try_get("created_by")?,
        created_at_ms: row.try_get("created_at_ms")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
        last_used_ms: row.try_get("last_used_ms")?,
    })
}
