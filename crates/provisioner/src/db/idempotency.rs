use sqlx::Row;
use store_model::StoreId;

use super::{Db, Write};

/// A key answers again for a day, as clients that retry overnight expect; after that it is new.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// What the client sent to make its request repeatable.
#[derive(Clone, Debug)]
pub struct IdempotencyRequest {
    pub key: String,
    /// A hash of the request's body: the same key with another body is a mistake of the client's.
    pub body_hash: String,
}

pub(super) enum Seen {
    /// The key is ours now.
    First,
    /// It made this store already.
    Again(StoreId),
    OtherBody,
}

impl Write {
    /// Claims the key. A second request with the key waits here, on the unique index, until the first has committed.
    pub(super) async fn idempotency_claim(
        &mut self,
        owner: &str,
        request: &IdempotencyRequest,
        store: &StoreId,
    ) -> Result<Seen, sqlx::Error> {
        let expire = self.dialect.sql("DELETE FROM idempotency WHERE created_at_ms < NOW_MS - $1");
        sqlx::query(expire).bind(KEPT_MS).execute(self.connection()).await?;
        let insert = self.dialect.sql(
            "INSERT INTO idempotency (owner, idempotency_key, body_hash, store_id, created_at_ms)
             VALUES ($1, $2, $3, $4, NOW_MS) ON CONFLICT DO NOTHING",
        );
        let inserted = sqlx::query(insert)
            .bind(owner)
            .bind(&request.key)
            .bind(&request.body_hash)
            .bind(store.as_str())
            .execute(self.connection())
            .await?;
        if inserted.rows_affected() == 1 {
            return Ok(Seen::First);
        }
        let row = sqlx::query("SELECT body_hash, store_id FROM idempotency WHERE owner = $1 AND idempotency_key = $2")
            .bind(owner)
            .bind(&request.key)
            .fetch_one(self.connection())
            .await?;
        if row.try_get::<String, _>("body_hash")? != request.body_hash {
            return Ok(Seen::OtherBody);
        }
        let id = StoreId::parse(row.try_get("store_id")?).map_err(super::rows::unreadable)?;
        Ok(Seen::Again(id))
    }
}

/// Whether an error says that the first request with the key was still at work when our patience ended.
pub(super) fn still_in_flight(error: &sqlx::Error) -> bool {
    // 55P03: PostgreSQL's lock_not_available, after lock_timeout.
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "55P03")
}

impl Db {
    /// How many keys are remembered.
    pub async fn idempotency_count(&self) -> Result<i64, sqlx::Error> {
        sqlx::query("SELECT COUNT(*) FROM idempotency").fetch_one(&self.pool).await?.try_get(0)
    }
}
