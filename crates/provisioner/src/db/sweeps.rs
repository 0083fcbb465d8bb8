//! Whose turn it is to sweep, and who asked for it. One replica at a time, by the database's clock.

use std::time::Duration;

use sqlx::Row;

use super::claims::milliseconds;
use super::{Db, Write};

/// The right to sweep until the lease lapses.
#[derive(Clone, Debug)]
pub struct SweepClaim {
    pub by: String,
    pub(super) fence: i64,
    asked: i64,
}

#[derive(Clone, Debug)]
pub enum SweepTurn {
    Mine(SweepClaim),
    /// Nothing to do for so long, unless somebody asks.
    Wait(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepState {
    /// When the last one ended; `None` before the first.
    pub ended_ms: Option<i64>,
    /// How long ago that was, by the database's clock.
    pub age: Option<Duration>,
    /// Up to which request it answers.
    pub answered: i64,
}

impl Db {
    pub async fn sweep_turn(&self, by: &str, lease: Duration) -> Result<SweepTurn, sqlx::Error> {
        let read = self.dialect.sql(
            "SELECT CASE WHEN due_ms > lease_until_ms THEN due_ms ELSE lease_until_ms END - NOW_MS
             FROM sweeps WHERE name = 'orphans'",
        );
        let wait: i64 = sqlx::query(read).fetch_one(&self.pool).await?.try_get(0)?;
        if let Some(wait) = u64::try_from(wait).ok().filter(|wait| *wait > 0) {
            return Ok(SweepTurn::Wait(Duration::from_millis(wait)));
        }
        let mut write = self.write().await?;
        let claim = write.dialect.sql(
            "UPDATE sweeps SET lease_until_ms = NOW_MS + $1, fence = fence + 1, swept_by = $2
             WHERE name = 'orphans' AND due_ms <= NOW_MS AND lease_until_ms <= NOW_MS RETURNING fence, asked",
        );
        let row = sqlx::query(claim).bind(milliseconds(lease)).bind(by).fetch_optional(write.connection()).await?;
        let Some(row) = row else { return Ok(SweepTurn::Wait(Duration::ZERO)) };
        let claim = SweepClaim { by: by.to_owned(), fence: row.try_get("fence")?, asked: row.try_get("asked")? };
        write.commit().await?;
        Ok(SweepTurn::Mine(claim))
    }

    /// Gives the turn back. Who asked before it began is answered; who asked since is due at once.
    pub async fn sweep_end(&self, claim: &SweepClaim, next_in: Duration) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let end = write.dialect.sql(
            "UPDATE sweeps SET lease_until_ms = 0, answered = $2, ended_ms = NOW_MS,
                 due_ms = CASE WHEN asked > $2 THEN NOW_MS ELSE NOW_MS + $3 END
             WHERE name = 'orphans' AND fence = $1",
        );
        let end = sqlx::query(end).bind(claim.fence).bind(claim.asked).bind(milliseconds(next_in));
        end.execute(write.connection()).await?;
        write.commit_and_ring().await
    }

    /// Gives the turn back without an answer: the cluster could not be asked.
    pub async fn sweep_drop(&self, claim: &SweepClaim, again_in: Duration) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let drop = write
            .dialect
            .sql("UPDATE sweeps SET lease_until_ms = 0, due_ms = NOW_MS + $2 WHERE name = 'orphans' AND fence = $1");
        sqlx::query(drop).bind(claim.fence).bind(milliseconds(again_in)).execute(write.connection()).await?;
        write.commit().await
    }

    /// Wants a sweep now; answered by the one whose `answered` is no less than this.
    pub async fn sweep_ask(&self) -> Result<i64, sqlx::Error> {
        let mut write = self.write().await?;
        let ask = write
            .dialect
            .sql("UPDATE sweeps SET asked = asked + 1, due_ms = NOW_MS WHERE name = 'orphans' RETURNING asked");
        let asked = sqlx::query(ask).fetch_one(write.connection()).await?.try_get(0)?;
        write.commit_and_ring().await?;
        Ok(asked)
    }

    pub async fn sweep_state(&self) -> Result<SweepState, sqlx::Error> {
        let read = self
            .dialect
            .sql("SELECT ended_ms, NOW_MS - ended_ms AS age_ms, answered FROM sweeps WHERE name = 'orphans'");
        let row = sqlx::query(read).fetch_one(&self.pool).await?;
        let age: Option<i64> = row.try_get("age_ms")?;
        Ok(SweepState {
            ended_ms: row.try_get("ended_ms")?,
            age: age.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
            answered: row.try_get("answered")?,
        })
    }
}

impl Write {
    /// Whether the turn is still ours; if so, its lease is as long again from now on.
    pub(super) async fn sweep_holds(&mut self, claim: &SweepClaim, lease: Duration) -> Result<bool, sqlx::Error> {
        let hold =
            self.dialect.sql("UPDATE sweeps SET lease_until_ms = NOW_MS + $2 WHERE name = 'orphans' AND fence = $1");
        let held = sqlx::query(hold).bind(claim.fence).bind(milliseconds(lease)).execute(self.connection()).await?;
        Ok(held.rows_affected() == 1)
    }
}
