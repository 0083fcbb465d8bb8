//! Browsers that have signed in to an account. That one knows its address says nothing; that one has its cookie does.

use super::{AccountRow, Db, Write};

/// People come back after a summer.
const LIVES_MS: i64 = 180 * 24 * 60 * 60 * 1000;

impl Db {
    /// Whether somebody has signed in to the account of this address from the browser with this hash.
    pub async fn device_is_known(&self, hash: &str, email: &str) -> Result<bool, sqlx::Error> {
        let find = self.dialect.sql(
            "SELECT 1 FROM devices d JOIN accounts a ON a.id = d.account_id
             WHERE d.token_hash = $1 AND a.email = $2 AND d.expires_at_ms > NOW_MS",
        );
        let found = sqlx::query(find).bind(hash).bind(email).fetch_optional(&self.pool).await?;
        Ok(found.is_some())
    }
}

impl Write {
    /// The browser with this hash is the account's for another while; those that nobody came back with are forgotten.
    pub async fn device_put(&mut self, hash: &str, account: &AccountRow) -> Result<(), sqlx::Error> {
        let expire = self.dialect.sql("DELETE FROM devices WHERE expires_at_ms < NOW_MS");
        sqlx::query(expire).execute(self.connection()).await?;
        let put = self.dialect.sql(
            "INSERT INTO devices (token_hash, account_id, created_at_ms, expires_at_ms)
             VALUES ($1, $2, NOW_MS, NOW_MS + $3)
             ON CONFLICT (token_hash) DO UPDATE SET expires_at_ms = NOW_MS + $3",
        );
        sqlx::query(put).bind(hash).bind(&account.id).bind(LIVES_MS).execute(self.connection()).await?;
        Ok(())
    }

    /// Every browser of the account but this one is a stranger again.
    pub async fn devices_forget(&mut self, account: &AccountRow, but: Option<&str>) -> Result<(), sqlx::Error> {
        let delete = "DELETE FROM devices WHERE account_id = $1 AND token_hash <> $2";
        let delete = sqlx::query(delete).bind(&account.id).bind(but.unwrap_or_default());
        delete.execute(self.connection()).await.map(drop)
    }
}
