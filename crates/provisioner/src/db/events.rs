use sqlx::Row;
use sqlx::any::AnyRow;
use store_model::{Phase, Reason, Stage, StageState, StoreId};

use super::audit::{Action, Entry};
use super::rows::{reason, unknown, unreadable, word};
use super::{Db, Write};

/// One line of a store's story. Ids grow in the order of the commits, so the last one seen is a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub id: i64,
    pub store_id: StoreId,
    pub at_ms: i64,
    pub kind: EventKind,
    /// The phase after the event.
    pub phase: Phase,
    pub stage: Option<Stage>,
    pub state: Option<StageState>,
    pub reason: Option<Reason>,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The phase changed, or its reason did.
    Phase,
    /// A stage moved on, or has something new to say.
    Stage,
    /// A try failed and will be repeated.
    Attempt,
    /// Somebody was shown the store's credentials.
    Credentials,
    /// Somebody was given a link that logs into the store.
    Login,
}

impl EventKind {
    pub const ALL: [EventKind; 5] =
        [EventKind::Phase, EventKind::Stage, EventKind::Attempt, EventKind::Credentials, EventKind::Login];

    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Phase => "phase",
            EventKind::Stage => "stage",
            EventKind::Attempt => "attempt",
            EventKind::Credentials => "credentials",
            EventKind::Login => "login",
        }
    }

    pub fn parse(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Db {
    /// The store's events after the cursor (0: from the first), oldest first.
    pub async fn events_after(&self, store: &StoreId, cursor: i64, limit: u32) -> Result<Vec<EventRow>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, store_id, at_ms, kind, phase, stage, state, reason_code, detail FROM events
             WHERE store_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(store.as_str())
        .bind(cursor)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(event_row).collect()
    }

    /// Every store's events after the cursor, oldest first.
    pub async fn events_of_all_after(&self, cursor: i64, limit: u32) -> Result<Vec<EventRow>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, store_id, at_ms, kind, phase, stage, state, reason_code, detail FROM events
             WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(cursor)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(event_row).collect()
    }

    /// The id of the newest event.
    pub async fn events_now(&self) -> Result<i64, sqlx::Error> {
        sqlx::query("SELECT value FROM counters WHERE name = 'event'").fetch_one(&self.pool).await?.try_get(0)
    }

    /// Leaves a trace of who was shown the store's credentials; never of what they are.
    pub async fn credentials_shown(&self, store: &StoreId, to: &str) -> Result<(), sqlx::Error> {
        self.opened(store, to, EventKind::Credentials, Action::ShowCredentials, "shown to").await
    }

    /// Leaves a trace of who was given a log-in link; never of the link.
    pub async fn login_link_made(&self, store: &StoreId, to: &str) -> Result<(), sqlx::Error> {
        self.opened(store, to, EventKind::Login, Action::MakeLoginLink, "made for").await
    }

    async fn opened(
        &self,
        store: &StoreId,
        to: &str,
        kind: EventKind,
        action: Action,
        what: &str,
    ) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let phase = write.store_read(store.as_str()).await?.ok_or(sqlx::Error::RowNotFound)?.store.phase;
        let detail = format!("{what} {to}");
        write.event_insert(store, NewEvent { kind, phase, stage: None, reason: None, detail: &detail }).await?;
        write.audit_insert(Entry { actor: to, action, store, phase, detail: "" }).await?;
        write.commit_and_ring().await
    }
}

/// What is known of an event before it is written.
pub(super) struct NewEvent<'a> {
    pub kind: EventKind,
    pub phase: Phase,
    pub stage: Option<(Stage, StageState)>,
    pub reason: Option<&'a Reason>,
    pub detail: &'a str,
}

impl Write {
    /// Called last in a transaction: it takes the lock under which all event ids are given out.
    pub(super) async fn event_insert(&mut self, store: &StoreId, event: NewEvent<'_>) -> Result<(), sqlx::Error> {
        let NewEvent { kind, phase, stage, reason, detail } = event;
        let id: i64 = sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'event' RETURNING value")
            .fetch_one(self.connection())
            .await?
            .try_get(0)?;
        let insert = self.dialect.sql(
            "INSERT INTO events (id, store_id, at_ms, kind, phase, stage, state, reason_code, detail)
             VALUES ($1, $2, NOW_MS, $3, $4, $5, $6, $7, $8)",
        );
        sqlx::query(insert)
            .bind(id)
            .bind(store.as_str())
            .bind(kind.as_str())
            .bind(phase.as_str())
            .bind(stage.map(|(stage, _)| stage.as_str()))
            .bind(stage.map(|(_, state)| state.as_str()))
            .bind(reason.map(|reason| reason.code.as_str()))
            .bind(reason.map_or(detail, |reason| reason.detail.as_str()))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn event_row(row: &AnyRow) -> Result<EventRow, sqlx::Error> {
    let optional = |column| row.try_get::<Option<String>, _>(column);
    let stage =
        optional("stage")?.map(|text| Stage::parse(&text).ok_or_else(|| unknown("stage", &text))).transpose()?;
    let state =
        optional("state")?.map(|text| StageState::parse(&text).ok_or_else(|| unknown("state", &text))).transpose()?;
    Ok(EventRow {
        id: row.try_get("id")?,
        store_id: StoreId::parse(row.try_get("store_id")?).map_err(unreadable)?,
        at_ms: row.try_get("at_ms")?,
        kind: word(row, "kind", EventKind::parse)?,
        phase: word(row, "phase", Phase::parse)?,
        stage,
        state,
        reason: reason(row, "detail")?,
        detail: row.try_get("detail")?,
    })
}
