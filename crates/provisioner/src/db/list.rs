use std::collections::HashMap;
use std::time::Duration;

use sqlx::Row;
use store_model::{Engine, Phase};

use super::dialect::places;
use super::rows::{STORE_COLUMNS, stage_row, store_row};
use super::{Db, StageRow, StoreRow};

/// Which stores to list, newest first. Deleted ones only if that phase is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// 0 stands for the default, 50; at most 200.
    pub limit: u32,
    /// `Page::next_cursor` of the page before.
    pub cursor: Option<String>,
    pub phase: Option<Phase>,
    pub engine: Option<Engine>,
    /// Part of the name or of the title, in any case.
    pub search: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub items: Vec<StoreRow>,
    pub next_cursor: Option<String>,
    /// How many match in all.
    pub total: i64,
}

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 1000;

/// Empty words match everything, so one statement serves every filter.
const MATCHES: &str = "($1 = '' AND phase <> 'deleted' OR phase = $1) AND ($2 = '' OR engine = $2)
     AND ($3 = '' OR LOWER(name) LIKE $3 ESCAPE '!' OR LOWER(title) LIKE $3 ESCAPE '!')";

impl Db {
    pub async fn store_list(&self, filter: &Filter) -> Result<Page, sqlx::Error> {
        let Filter { limit, cursor, phase, engine, search } = filter;
        let limit = if *limit == 0 { LIMIT_DEFAULT } else { (*limit).min(LIMIT_MAX) };
        let phase = phase.map_or("", Phase::as_str);
        let engine = engine.map_or("", Engine::as_str);
        let search = search.as_deref().map_or_else(String::new, like);
        // Before the first page comes nothing: every creation is older than the end of time.
        let (before_ms, before_id) = cursor.as_deref().and_then(parse_cursor).unwrap_or((i64::MAX, String::new()));

        let count = self.dialect.sql(&format!("SELECT COUNT(*) FROM stores WHERE {MATCHES}"));
        let total: i64 =
            sqlx::query(count).bind(phase).bind(engine).bind(&search).fetch_one(&self.pool).await?.try_get(0)?;
        let select = self.dialect.sql(&format!(
            "SELECT {STORE_COLUMNS} FROM stores WHERE {MATCHES}
             AND (created_at_ms < $4 OR created_at_ms = $4 AND id < $5)
             ORDER BY created_at_ms DESC, id DESC LIMIT $6"
        ));
        let mut rows = sqlx::query(select)
            .bind(phase)
            .bind(engine)
            .bind(&search)
            .bind(before_ms)
            .bind(before_id)
            // One more than asked for tells whether there is a next page.
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);

        let ids = rows.iter().map(|row| row.try_get("id")).collect::<Result<Vec<String>, _>>()?;
        let mut stages = self.stages_of(&ids).await?;
        let items = rows
            .iter()
            .zip(&ids)
            .map(|(row, id)| store_row(row, stages.remove(id).unwrap_or_default()))
            .collect::<Result<Vec<_>, _>>()?;
        let next_cursor =
            items.last().filter(|_| more).map(|last| format!("{}-{}", last.store.created_at_ms, last.store.id));
        Ok(Page { items, next_cursor, total })
    }

    /// How many stores are in each phase; phases without a store are left out.
    pub async fn phase_counts(&self) -> Result<Vec<(Phase, i64)>, sqlx::Error> {
        let rows =
            sqlx::query("SELECT phase, COUNT(*) AS stores FROM stores GROUP BY phase").fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((super::rows::word(row, "phase", Phase::parse)?, row.try_get("stores")?))).collect()
    }

    /// How many deletions have something in their way, and for how long the oldest of them has not moved.
    pub async fn deletions_blocked(&self) -> Result<(i64, Duration), sqlx::Error> {
        let select = self.dialect.sql(
            "SELECT COUNT(*) AS stores, COALESCE(MAX(NOW_MS - progress_at_ms), 0) AS age_ms FROM stores
             WHERE phase = 'deleting' AND reason_code IS NOT NULL",
        );
        let row = sqlx::query(select).fetch_one(&self.pool).await?;
        let age: i64 = row.try_get("age_ms")?;
        Ok((row.try_get("stores")?, Duration::from_millis(u64::try_from(age).unwrap_or(0))))
    }

    async fn stages_of(&self, ids: &[String]) -> Result<HashMap<String, Vec<StageRow>>, sqlx::Error> {
        let mut stages: HashMap<String, Vec<StageRow>> = HashMap::new();
        if ids.is_empty() {
            return Ok(stages);
        }
        let select = self.dialect.sql(&format!(
            "SELECT store_id, stage, state, started_at_ms, ended_at_ms, detail FROM stages WHERE store_id IN ({})",
            places(ids.len())
        ));
        let query = ids.iter().fold(sqlx::query(select), sqlx::query::Query::bind);
        for row in query.fetch_all(&self.pool).await? {
            stages.entry(row.try_get("store_id")?).or_default().push(stage_row(&row)?);
        }
        Ok(stages)
    }
}

/// `%` and `_` in the search mean themselves.
fn like(search: &str) -> String {
    let escaped = search.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

fn parse_cursor(cursor: &str) -> Option<(i64, String)> {
    let (ms, id) = cursor.split_once('-')?;
    Some((ms.parse().ok()?, id.to_owned()))
}
