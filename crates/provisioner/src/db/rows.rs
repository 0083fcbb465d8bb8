use std::collections::BTreeMap;
use std::error::Error;

use sqlx::Row;
use sqlx::any::AnyRow;
use store_model::{
    Desired, Engine, HostName, Phase, Plan, Reason, ReasonCode, Stage, StageState, Store, StoreId, StoreName,
    StoreSettings,
};

use crate::cluster::Sale;

/// A store with all that the owner is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRow {
    pub store: Store,
    pub ready_at_ms: Option<i64>,
    /// The order that made it ready, at `ready_at_ms`.
    pub proof: Option<Sale>,
    /// One for each stage, in their order.
    pub stages: Vec<StageRow>,
    /// What the deletion took away; `None` before it began.
    pub removed: Option<Vec<String>>,
    pub updated_at_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRow {
    pub stage: Stage,
    pub state: StageState,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub detail: String,
}

/// The columns `store_row` reads, for SELECT and RETURNING.
pub(super) const STORE_COLUMNS: &str = "id, name, engine, plan, host, title, admin_email, currency, country, \
     sample_products, created_by, created_at_ms, updated_at_ms, desired, retried, phase, reason_code, reason_detail, \
     attempts, ready_at_ms, proof, removed, namespace_uid";

/// Reads a row of `STORE_COLUMNS`; the stages come from their own table.
pub(super) fn store_row(row: &AnyRow, stages: Vec<StageRow>) -> Result<StoreRow, sqlx::Error> {
    let store = Store {
        id: StoreId::parse(row.try_get("id")?).map_err(unreadable)?,
        name: StoreName::parse(row.try_get("name")?).map_err(unreadable)?,
        engine: word(row, "engine", Engine::parse)?,
        plan: word(row, "plan", Plan::parse)?,
        host: HostName::parse(row.try_get("host")?).map_err(unreadable)?,
        settings: StoreSettings {
            title: row.try_get("title")?,
            admin_email: row.try_get("admin_email")?,
            currency: row.try_get("currency")?,
            country: row.try_get("country")?,
            sample_products: row.try_get::<i64, _>("sample_products")? != 0,
        },
        created_by: row.try_get("created_by")?,
        created_at_ms: row.try_get("created_at_ms")?,
        desired: word(row, "desired", Desired::parse)?,
        phase: word(row, "phase", Phase::parse)?,
        reason: reason(row, "reason_detail")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).map_err(unreadable)?,
        retried: row.try_get::<i64, _>("retried")? != 0,
        namespace_uid: row.try_get("namespace_uid")?,
    };
    Ok(StoreRow {
        store,
        ready_at_ms: row.try_get("ready_at_ms")?,
        proof: json(row, "proof")?,
        stages: every_stage(stages),
        removed: json(row, "removed")?,
        updated_at_ms: row.try_get("updated_at_ms")?,
    })
}

pub(super) fn stage_row(row: &AnyRow) -> Result<StageRow, sqlx::Error> {
    Ok(StageRow {
        stage: word(row, "stage", Stage::parse)?,
        state: word(row, "state", StageState::parse)?,
        started_at_ms: row.try_get("started_at_ms")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
        detail: row.try_get("detail")?,
    })
}

/// `reason_code` with the detail from the named column.
pub(super) fn reason(row: &AnyRow, detail: &str) -> Result<Option<Reason>, sqlx::Error> {
    let Some(code) = row.try_get::<Option<String>, _>("reason_code")? else { return Ok(None) };
    let code = ReasonCode::parse(&code).ok_or_else(|| unknown("reason_code", &code))?;
    Ok(Some(Reason { code, detail: row.try_get::<Option<String>, _>(detail)?.unwrap_or_default() }))
}

pub(super) fn word<T>(row: &AnyRow, column: &str, parse: fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    let text: String = row.try_get(column)?;
    parse(&text).ok_or_else(|| unknown(column, &text))
}

pub(super) fn unknown(column: &str, text: &str) -> sqlx::Error {
    unreadable(format!("{column} holds {text:?}, which this version does not know; was it written by a newer one?"))
}

pub(super) fn unreadable(error: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &str) -> Result<Option<T>, sqlx::Error> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable)
}

fn every_stage(rows: Vec<StageRow>) -> Vec<StageRow> {
    let mut rows: BTreeMap<Stage, StageRow> = rows.into_iter().map(|row| (row.stage, row)).collect();
    let waiting = |stage| StageRow {
        stage,
        state: StageState::Waiting,
        started_at_ms: None,
        ended_at_ms: None,
        detail: String::new(),
    };
    Stage::ALL.into_iter().map(|stage| rows.remove(&stage).unwrap_or_else(|| waiting(stage))).collect()
}
