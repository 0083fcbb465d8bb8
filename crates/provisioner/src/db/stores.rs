use rand::RngExt;
use sqlx::Row;
use store_model::{Engine, HostName, Phase, Plan, StageState, StoreId, StoreName, StoreSettings};

use super::audit::{Action, Entry};
use super::events::{EventKind, NewEvent};
use super::idempotency::{IdempotencyRequest, Seen, still_in_flight};
use super::rows::{STORE_COLUMNS, stage_row, store_row, unreadable};
use super::{Db, StageRow, StoreRow, Write};
use crate::faults;

/// A store as it is asked for. Everything in it is parsed.
#[derive(Clone, Debug)]
pub struct NewStore {
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    pub host: HostName,
    pub settings: StoreSettings,
    pub created_by: String,
}

#[derive(Clone, Debug)]
pub struct Created {
    /// As it was first answered; a replay shows it as it was then, not as it is now.
    pub store: StoreRow,
    pub replayed: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name or the host belongs to a store that is not deleted (yet).
    #[error("the name is taken")]
    NameTaken { deleting: bool },
    #[error("the Idempotency-Key was used with another body")]
    IdempotencyMismatch,
    #[error("the first request with this Idempotency-Key is still at work")]
    InFlight,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no such store")]
    NotFound,
    /// A retry of a store that is being deleted, or is.
    #[error("the store is being deleted")]
    Deleting,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Db {
    /// Row, event and idempotency record in one transaction.
    pub async fn store_create(
        &self,
        new: NewStore,
        idempotency: Option<IdempotencyRequest>,
    ) -> Result<Created, CreateError> {
        let id = new_id()?;
        let mut write = self.write().await?;
        if let Some(request) = &idempotency {
            let seen = write.idempotency_claim(&new.created_by, request, &id).await.map_err(|error| {
                if still_in_flight(&error) { CreateError::InFlight } else { CreateError::Db(error) }
            })?;
            match seen {
                Seen::First => {}
                Seen::Again(first) => {
                    let store = write.store_read(first.as_str()).await?.ok_or(sqlx::Error::RowNotFound)?;
                    return Ok(Created { store: as_created(store), replayed: true });
                }
                Seen::OtherBody => return Err(CreateError::IdempotencyMismatch),
            }
        }
        if !write.store_insert(&id, &new).await? {
            let holder = sqlx::query("SELECT phase FROM stores WHERE (name = $1 OR host = $2) AND phase <> 'deleted'")
                .bind(new.name.as_str())
                .bind(new.host.as_str())
                .fetch_optional(write.connection())
                .await?;
            let phase: Option<String> = holder.map(|row| row.try_get("phase")).transpose()?;
            return Err(CreateError::NameTaken { deleting: phase.as_deref() == Some(Phase::Deleting.as_str()) });
        }
        write.event_insert(&id, phase_event(Phase::Requested)).await?;
        let (actor, detail) = (new.created_by.as_str(), new.name.as_str());
        let entry = Entry { actor, action: Action::Create, store: &id, phase: Phase::Requested, detail };
        write.audit_insert(entry).await?;
        let store = write.store_read(id.as_str()).await?.ok_or(sqlx::Error::RowNotFound)?;
        faults::point("create.before-commit").await;
        write.commit_and_ring().await?;
        faults::point("create.after-commit").await;
        Ok(Created { store: as_created(store), replayed: false })
    }

    /// By id, deleted ones too; or by name, if that store is not deleted.
    pub async fn store_find(&self, id_or_name: &str) -> Result<Option<StoreRow>, sqlx::Error> {
        let select = format!(
            "SELECT {STORE_COLUMNS} FROM stores WHERE id = $1 OR (name = $1 AND phase <> 'deleted')
             ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1"
        );
        let row = sqlx::query(self.dialect.sql(&select)).bind(id_or_name).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let stages = sqlx::query(STAGES_OF).bind(row.try_get::<String, _>("id")?).fetch_all(&self.pool).await?;
        let stages = stages.iter().map(stage_row).collect::<Result<Vec<StageRow>, _>>()?;
        store_row(&row, stages).map(Some)
    }

    /// Another try from where it stands: attempts are 0 and the deadline begins anew. A store that has not failed is
    /// only looked at again.
    pub async fn store_retry(&self, id: &StoreId, by: &str) -> Result<StoreRow, ChangeError> {
        let mut write = self.write().await?;
        let before = write.store_lock(id).await?.ok_or(ChangeError::NotFound)?;
        match before {
            Phase::Deleted => return Err(ChangeError::Deleting),
            Phase::Failed => {
                let retry = write.dialect.sql(
                    "UPDATE stores SET phase = 'requested', reason_code = NULL, reason_detail = NULL, attempts = 0,
                         misses = 0, retried = 1, progress_at_ms = NULL, due_at_ms = NOW_MS, wakes = wakes + 1, resting = 0,
                         wish = wish + 1, updated_at_ms = NOW_MS
                     WHERE id = $1",
                );
                sqlx::query(retry).bind(id.as_str()).execute(write.connection()).await?;
                sqlx::query(
                    "UPDATE stages SET state = $2, started_at_ms = NULL, ended_at_ms = NULL, detail = ''
                     WHERE store_id = $1 AND state = $3",
                )
                .bind(id.as_str())
                .bind(StageState::Waiting.as_str())
                .bind(StageState::Failed.as_str())
                .execute(write.connection())
                .await?;
                write.event_insert(id, phase_event(Phase::Requested)).await?;
            }
            Phase::Requested | Phase::Provisioning | Phase::Proving | Phase::Ready | Phase::Deleting => {
                let wake = write.dialect.sql(
                    "UPDATE stores SET attempts = 0, misses = 0, due_at_ms = NOW_MS, wakes = wakes + 1, resting = 0,
                         wish = wish + 1, updated_at_ms = NOW_MS
                     WHERE id = $1",
                );
                sqlx::query(wake).bind(id.as_str()).execute(write.connection()).await?;
            }
        }
        let store = write.store_read(id.as_str()).await?.ok_or(ChangeError::NotFound)?;
        let phase = store.store.phase;
        write.audit_insert(Entry { actor: by, action: Action::Retry, store: id, phase, detail: "" }).await?;
        write.commit_and_ring().await?;
        Ok(store)
    }

    /// Wants it gone. Asking twice changes nothing; there is no way back.
    pub async fn store_delete(&self, id: &StoreId, by: &str) -> Result<StoreRow, ChangeError> {
        let mut write = self.write().await?;
        let before = write.store_lock(id).await?.ok_or(ChangeError::NotFound)?;
        let begins = !matches!(before, Phase::Deleting | Phase::Deleted);
        if begins {
            let delete = write.dialect.sql(
                "UPDATE stores SET desired = 'absent', phase = 'deleting', reason_code = NULL, reason_detail = NULL,
                     attempts = 0, misses = 0, retried = 0, progress_at_ms = NULL, due_at_ms = NOW_MS,
                     wakes = wakes + 1, resting = 0, wish = wish + 1, updated_at_ms = NOW_MS
                 WHERE id = $1",
            );
            sqlx::query(delete).bind(id.as_str()).execute(write.connection()).await?;
            write.event_insert(id, phase_event(Phase::Deleting)).await?;
            let entry = Entry { actor: by, action: Action::Delete, store: id, phase: Phase::Deleting, detail: "" };
            write.audit_insert(entry).await?;
        }
        let store = write.store_read(id.as_str()).await?.ok_or(ChangeError::NotFound)?;
        faults::point("delete.before-commit").await;
        write.commit_and_ring().await?;
        faults::point("delete.after-commit").await;
        Ok(store)
    }
}

pub(super) const STAGES_OF: &str =
    "SELECT stage, state, started_at_ms, ended_at_ms, detail FROM stages WHERE store_id = $1";

impl Write {
    /// `false` if the name or the host is taken.
    pub(super) async fn store_insert(&mut self, id: &StoreId, new: &NewStore) -> Result<bool, sqlx::Error> {
        let NewStore { name, engine, plan, host, settings, created_by } = new;
        let StoreSettings { title, admin_email, currency, country, sample_products } = settings;
        let insert = self.dialect.sql(
            "INSERT INTO stores (id, name, engine, plan, host, title, admin_email, currency, country, sample_products,
                 created_by, created_at_ms, updated_at_ms, desired, phase, due_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NOW_MS, NOW_MS, 'present', 'requested', NOW_MS)
             ON CONFLICT DO NOTHING",
        );
        let inserted = sqlx::query(insert)
            .bind(id.as_str())
            .bind(name.as_str())
            .bind(engine.as_str())
            .bind(plan.as_str())
            .bind(host.as_str())
            .bind(title)
            .bind(admin_email)
            .bind(currency)
            .bind(country)
            .bind(i64::from(*sample_products))
            .bind(created_by)
            .execute(self.connection())
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    pub(super) async fn store_read(&mut self, id: &str) -> Result<Option<StoreRow>, sqlx::Error> {
        let select = self.dialect.sql(&format!("SELECT {STORE_COLUMNS} FROM stores WHERE id = $1"));
        let Some(row) = sqlx::query(select).bind(id).fetch_optional(self.connection()).await? else { return Ok(None) };
        let stages = self.stages_read(id).await?;
        store_row(&row, stages).map(Some)
    }

    pub(super) async fn stages_read(&mut self, id: &str) -> Result<Vec<StageRow>, sqlx::Error> {
        sqlx::query(STAGES_OF).bind(id).fetch_all(self.connection()).await?.iter().map(stage_row).collect()
    }

    /// The phase, with the row locked until the commit: by an update that changes nothing, which both databases have.
    async fn store_lock(&mut self, id: &StoreId) -> Result<Option<Phase>, sqlx::Error> {
        let row = sqlx::query("UPDATE stores SET id = id WHERE id = $1 RETURNING phase")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| super::rows::word(&row, "phase", Phase::parse)).transpose()
    }
}

fn phase_event(phase: Phase) -> NewEvent<'static> {
    NewEvent { kind: EventKind::Phase, phase, stage: None, reason: None, detail: "" }
}

/// What the first answer showed: nothing had happened yet.
fn as_created(row: StoreRow) -> StoreRow {
    let StoreRow { mut store, ready_at_ms: _, proof: _, mut stages, removed: _, updated_at_ms: _ } = row;
    store.desired = store_model::Desired::Present;
    store.phase = Phase::Requested;
    store.reason = None;
    store.attempts = 0;
    store.retried = false;
    store.namespace_uid = None;
    for stage in &mut stages {
        let StageRow { stage: _, state, started_at_ms, ended_at_ms, detail } = stage;
        *state = StageState::Waiting;
        *started_at_ms = None;
        *ended_at_ms = None;
        detail.clear();
    }
    let updated_at_ms = store.created_at_ms;
    StoreRow { store, ready_at_ms: None, proof: None, stages, removed: None, updated_at_ms }
}

/// 36^11 ids: two alike among a million stores have a chance of one in 200,000, and the primary key refuses the second.
fn new_id() -> Result<StoreId, sqlx::Error> {
    const CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    let mut id = String::from("s");
    for _ in 0..StoreId::RANDOM_CHARACTERS {
        id.push(char::from(CHARACTERS[random.random_range(0..CHARACTERS.len())]));
    }
    StoreId::parse(&id).map_err(unreadable)
}
