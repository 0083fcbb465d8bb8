//! How long things took before.

use std::collections::BTreeMap;

use sqlx::Row;
use store_model::{Engine, Stage};

use super::Db;
use super::rows::word;

/// So many stages are looked at: some twenty stores of each engine, the newest.
const LOOKED_AT: i64 = 400;

impl Db {
    /// The median of each stage over the last stores that got ready, in milliseconds.
    pub async fn stages_typical(&self, engine: Engine) -> Result<BTreeMap<Stage, u64>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT g.stage AS stage, g.ended_at_ms - g.started_at_ms AS took
             FROM stages g JOIN stores s ON s.id = g.store_id
             WHERE s.engine = $1 AND s.ready_at_ms IS NOT NULL AND g.state = 'done'
               AND g.ended_at_ms IS NOT NULL AND g.started_at_ms IS NOT NULL
             ORDER BY s.created_at_ms DESC, s.id LIMIT $2",
        )
        .bind(engine.as_str())
        .bind(LOOKED_AT)
        .fetch_all(&self.pool)
        .await?;
        let mut took: BTreeMap<Stage, Vec<u64>> = BTreeMap::new();
        for row in rows {
            let milliseconds = u64::try_from(row.try_get::<i64, _>("took")?).unwrap_or(0);
            took.entry(word(&row, "stage", Stage::parse)?).or_default().push(milliseconds);
        }
        Ok(took.into_iter().map(|(stage, took)| (stage, median(took))).collect())
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
