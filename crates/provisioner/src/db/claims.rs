use std::time::Duration;

use sqlx::Row;
use store_model::{Progress, StageState, StoreId};

use super::audit::{Action, Entry};
use super::claim::{Age, Call, Claim, Hold, NamespaceUid, Record, Recorded, Renewed};
use super::events::{EventKind, NewEvent};
use super::rows::{STORE_COLUMNS, store_row};
use super::{Db, StageRow, Write};
use crate::faults;

/// Each owner who has a store due, the one with the fewest hands at work first. Goes from owner to owner by the index:
/// it costs as much as there are owners in the queue, not as there are stores.
const OWNERS: &str = "WITH RECURSIVE queue (owner) AS (
        SELECT MIN(created_by) FROM stores WHERE due_at_ms IS NOT NULL
        UNION ALL
        SELECT (SELECT MIN(created_by) FROM stores WHERE due_at_ms IS NOT NULL AND created_by > queue.owner)
        FROM queue WHERE queue.owner IS NOT NULL)
    SELECT owner FROM (SELECT owner,
            (SELECT COUNT(*) FROM stores
                WHERE created_by = queue.owner AND claimed_by IS NOT NULL AND lease_until_ms > NOW_MS) AS busy,
            (SELECT MIN(due_at_ms) FROM stores
                WHERE created_by = queue.owner AND due_at_ms IS NOT NULL AND lease_until_ms <= NOW_MS) AS due
        FROM queue WHERE owner IS NOT NULL) AS owners
    WHERE due <= NOW_MS ORDER BY busy, due";

impl Db {
    /// A store that is due and that nobody works on: of the owner with the fewest hands at work the one that is due for
    /// longest. So whoever asks for a hundred stores keeps nobody else waiting.
    pub async fn claim(&self, worker: &str, lease: Duration) -> Result<Option<Claim>, sqlx::Error> {
        let mut write = self.write().await?;
        let owners = sqlx::query(write.dialect.sql(OWNERS)).fetch_all(write.connection()).await?;
        let claim = format!(
            "UPDATE stores SET lease_until_ms = NOW_MS + $1, fence = fence + 1, claimed_by = $2,
                 resting = CASE resting WHEN 0 THEN 4 WHEN 1 THEN 2 ELSE 3 END,
                 progress_at_ms = COALESCE(progress_at_ms, NOW_MS)
             WHERE id = (SELECT id FROM stores WHERE created_by = $3 AND due_at_ms <= NOW_MS AND lease_until_ms <= NOW_MS
                 ORDER BY due_at_ms LIMIT 1 SKIP_LOCKED)
             RETURNING {STORE_COLUMNS}, fence, wish, wakes, misses, resting, NOW_MS - due_at_ms AS due_age_ms,
                 NOW_MS - progress_at_ms AS progress_age_ms, NOW_MS - restarted_at_ms AS restarted_age_ms"
        );
        let mut claimed = None;
        for owner in owners {
            let claim = sqlx::query(write.dialect.sql(&claim)).bind(milliseconds(lease)).bind(worker);
            claimed = claim.bind(owner.try_get::<String, _>("owner")?).fetch_optional(write.connection()).await?;
            if claimed.is_some() {
                break;
            }
        }
        let Some(row) = claimed else { return Ok(None) };
        let stages = write.stages_read(row.try_get("id")?).await?;
        let claim = Claim {
            row: store_row(&row, stages)?,
            fence: row.try_get("fence")?,
            worker: worker.to_owned(),
            call: Call::claimed(row.try_get("resting")?),
            waited: Duration::from_millis(u64::try_from(row.try_get::<i64, _>("due_age_ms")?).unwrap_or(0)),
            wish: row.try_get("wish")?,
            wakes: row.try_get("wakes")?,
            misses: u32::try_from(row.try_get::<i64, _>("misses")?).unwrap_or(u32::MAX),
            moved: Age::from_ms(row.try_get("progress_age_ms")?),
            restarted: row.try_get::<Option<i64>, _>("restarted_age_ms")?.map(Age::from_ms),
        };
        write.commit().await?;
        faults::point("claim.after-commit").await;
        Ok(Some(claim))
    }

    /// The heartbeat: the lease is as long again from now on.
    pub async fn claim_renew(&self, claim: &Claim, lease: Duration) -> Result<Renewed, sqlx::Error> {
        let mut write = self.write().await?;
        let renew = write.dialect.sql(
            // A beat that comes after its claim was given back must not lock the store for a lease more.
            "UPDATE stores SET lease_until_ms = NOW_MS + $3 WHERE id = $1 AND fence = $2 AND lease_until_ms > 0
                 RETURNING wish",
        );
        let row = sqlx::query(renew)
            .bind(claim.row.store.id.as_str())
            .bind(claim.fence)
            .bind(milliseconds(lease))
            .fetch_optional(write.connection())
            .await?;
        let renewed = match row {
            None => Renewed::Lost,
            Some(row) if row.try_get::<i64, _>("wish")? != claim.wish => Renewed::Unwanted,
            Some(_) => Renewed::Held,
        };
        write.commit().await?;
        Ok(renewed)
    }

    /// Whether the claim is still worth something, without making it longer.
    pub async fn claim_check(&self, claim: &Claim) -> Result<Renewed, sqlx::Error> {
        let row = sqlx::query("SELECT wish FROM stores WHERE id = $1 AND fence = $2")
            .bind(claim.row.store.id.as_str())
            .bind(claim.fence)
            .fetch_optional(&self.pool)
            .await?;
        Ok(match row {
            None => Renewed::Lost,
            Some(row) if row.try_get::<i64, _>("wish")? != claim.wish => Renewed::Unwanted,
            Some(_) => Renewed::Held,
        })
    }

    /// Gives the store back without having written anything: it is due at once, for whoever comes first.
    pub async fn claim_drop(&self, claim: &Claim) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let release = write.dialect.sql(
            "UPDATE stores SET lease_until_ms = 0, claimed_by = NULL, due_at_ms = NOW_MS, resting = 0
             WHERE id = $1 AND fence = $2",
        );
        sqlx::query(release).bind(claim.row.store.id.as_str()).bind(claim.fence).execute(write.connection()).await?;
        write.commit_and_ring().await
    }

    /// Phase, reason, stages and their events in one transaction, or nothing at all. What was written is in
    /// `claim.row` afterwards.
    pub async fn record(&self, claim: &mut Claim, record: Record, hold: Hold) -> Result<Recorded, sqlx::Error> {
        let mut write = self.write().await?;
        if !write.store_update(claim, &record, hold).await? {
            return Ok(Recorded::Superseded);
        }
        let told = write.changes_tell(claim, &record).await?;
        let row = write.store_read(claim.row.store.id.as_str()).await?.ok_or(sqlx::Error::RowNotFound)?;
        faults::point("record.before-commit").await;
        if told {
            write.commit_and_ring().await?;
        } else {
            write.commit().await?;
        }
        faults::point("record.after-commit").await;
        claim.row = row;
        claim.misses = record.misses;
        if record.moved {
            claim.moved = Age::from_ms(0);
        }
        if record.restarted {
            claim.restarted = Some(Age::from_ms(0));
        }
        Ok(Recorded::Written)
    }

    /// How long until the next store is due that nobody works on; `None` if there is none.
    pub async fn next_due(&self) -> Result<Option<Duration>, sqlx::Error> {
        // The first in the index that nobody holds, and the few that somebody does: the queue's length costs nothing.
        let select = self.dialect.sql(
            "SELECT MIN(due) - NOW_MS FROM (
                SELECT (SELECT due_at_ms FROM stores WHERE due_at_ms IS NOT NULL AND claimed_by IS NULL
                    ORDER BY due_at_ms LIMIT 1) AS due
                UNION ALL
                SELECT CASE WHEN lease_until_ms > due_at_ms THEN lease_until_ms ELSE due_at_ms END
                FROM stores WHERE claimed_by IS NOT NULL AND due_at_ms IS NOT NULL) AS next",
        );
        let wait: Option<i64> = sqlx::query(select).fetch_one(&self.pool).await?.try_get(0)?;
        Ok(wait.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
    }

    /// Ends the leases of whoever had this name before. Only for a name that lives once: a pod's, whose last container is
    /// dead before its next one starts.
    pub async fn leases_end_of(&self, worker: &str) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE stores SET lease_until_ms = 0, claimed_by = NULL WHERE claimed_by = $1")
            .bind(worker)
            .execute(&self.pool)
            .await
            .map(drop)
    }

    pub(super) async fn leases_void(&self) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE stores SET lease_until_ms = 0, claimed_by = NULL WHERE lease_until_ms > 0")
            .execute(&self.pool)
            .await?;
        sqlx::query("UPDATE sweeps SET lease_until_ms = 0").execute(&self.pool).await.map(drop)
    }
}

/// Something changed during the visit, and what it has come to is no wait after a try that counts.
const WOKEN: &str = "wakes <> $15 AND ($8 = 0 OR $7 = 0 OR $4 = 'failed')";

impl Write {
    /// `false` if the claim is lost or the wish has changed.
    async fn store_update(&mut self, claim: &Claim, record: &Record, hold: Hold) -> Result<bool, sqlx::Error> {
        let Record { phase, reason, attempts, misses, retried, moved, restarted, proof, removed, namespace, .. } =
            record;
        let (known, uid) = match namespace {
            NamespaceUid::Known => (true, None),
            NamespaceUid::Forgotten => (false, None),
            NamespaceUid::Learnt(uid) => (false, Some(uid)),
        };
        let (release, rests, due_in) = match hold {
            Hold::Keep => (false, false, None),
            Hold::Release { due_in } => (true, *misses == 0, due_in),
            Hold::Pause(due_in) => (true, false, Some(due_in)),
        };
        let update = self.dialect.sql(&format!(
            "UPDATE stores SET phase = $4, reason_code = $5, reason_detail = $6, attempts = $7, misses = $8,
                 retried = $9, proof = COALESCE($10, proof), removed = COALESCE($11, removed),
                 ready_at_ms = CASE WHEN $4 = 'ready' AND ready_at_ms IS NULL THEN NOW_MS ELSE ready_at_ms END,
                 progress_at_ms = CASE WHEN $12 = 1 THEN NOW_MS ELSE progress_at_ms END,
                 restarted_at_ms = CASE WHEN $13 = 1 THEN NOW_MS ELSE restarted_at_ms END,
                 lease_until_ms = CASE WHEN $14 = 1 THEN 0 ELSE lease_until_ms END,
                 claimed_by = CASE WHEN $14 = 1 THEN NULL ELSE claimed_by END,
                 due_at_ms = CASE WHEN $14 = 0 THEN due_at_ms
                     WHEN {WOKEN} THEN NOW_MS ELSE NOW_MS + $16 END,
                 resting = CASE WHEN $14 = 0 THEN resting WHEN {WOKEN} THEN 0 WHEN $19 = 1 THEN 1 ELSE 3 END,
                 namespace_uid = CASE WHEN $17 = 1 THEN namespace_uid ELSE $18 END,
                 updated_at_ms = NOW_MS
             WHERE id = $1 AND fence = $2 AND wish = $3",
        ));
        let proof = proof.as_ref().map(serde_json::to_string).transpose().map_err(super::rows::unreadable)?;
        let removed = removed.as_ref().map(serde_json::to_string).transpose().map_err(super::rows::unreadable)?;
        let updated = sqlx::query(update)
            .bind(claim.row.store.id.as_str())
            .bind(claim.fence)
            .bind(claim.wish)
            .bind(phase.as_str())
            .bind(reason.as_ref().map(|reason| reason.code.as_str()))
            .bind(reason.as_ref().map(|reason| reason.detail.as_str()))
            .bind(i64::from(*attempts))
            .bind(i64::from(*misses))
            .bind(i64::from(*retried))
            .bind(proof)
            .bind(removed)
            .bind(i64::from(*moved))
            .bind(i64::from(*restarted))
            .bind(i64::from(release))
            .bind(claim.wakes)
            .bind(due_in.map(milliseconds))
            .bind(i64::from(known))
            .bind(uid)
            .bind(i64::from(rests))
            .execute(self.connection())
            .await?;
        Ok(updated.rows_affected() == 1)
    }

    /// Writes what differs from the row as it was, and its events. `false` if nothing does.
    async fn changes_tell(&mut self, claim: &Claim, record: &Record) -> Result<bool, sqlx::Error> {
        let before = &claim.row;
        let id = &before.store.id;
        let mut told = false;
        for progress in &record.stages {
            let Some(known) = before.stages.iter().find(|row| row.stage == progress.stage) else { continue };
            if known.state == progress.state && known.detail == progress.detail {
                continue;
            }
            self.stage_write(id, known, progress).await?;
            let stage = Some((progress.stage, progress.state));
            let event =
                NewEvent { kind: EventKind::Stage, phase: record.phase, stage, reason: None, detail: &progress.detail };
            self.event_insert(id, event).await?;
            told = true;
        }
        if let Some(reason) = &record.attempt {
            let event = NewEvent {
                kind: EventKind::Attempt,
                phase: record.phase,
                stage: None,
                reason: Some(reason),
                detail: "",
            };
            self.event_insert(id, event).await?;
            told = true;
        }
        // A reason that came with an attempt is told by it.
        let new_reason = before.store.reason != record.reason && record.attempt.is_none();
        if before.store.phase != record.phase || new_reason {
            let reason = record.reason.as_ref();
            let event = NewEvent { kind: EventKind::Phase, phase: record.phase, stage: None, reason, detail: "" };
            self.event_insert(id, event).await?;
            told = true;
        }
        if before.store.phase != record.phase {
            let detail = record.reason.as_ref().map_or("", |reason| reason.code.as_str());
            let entry = Entry { actor: &claim.worker, action: Action::Enter, store: id, phase: record.phase, detail };
            self.audit_insert(entry).await?;
        }
        Ok(told)
    }

    async fn stage_write(&mut self, id: &StoreId, known: &StageRow, now: &Progress) -> Result<(), sqlx::Error> {
        let (starts, ends) = match now.state {
            StageState::Waiting => (false, false),
            StageState::Running => (true, false),
            StageState::Done | StageState::Failed => (true, true),
        };
        // A stage that runs again after its end is a new run of it.
        let anew = known.ended_at_ms.is_some() && !ends;
        let upsert = self.dialect.sql(
            "INSERT INTO stages (store_id, stage, state, started_at_ms, ended_at_ms, detail)
             VALUES ($1, $2, $3, CASE WHEN $4 = 1 THEN NOW_MS END, CASE WHEN $5 = 1 THEN NOW_MS END, $6)
             ON CONFLICT (store_id, stage) DO UPDATE SET state = excluded.state, detail = excluded.detail,
                 started_at_ms = CASE WHEN $7 = 1 THEN excluded.started_at_ms
                     ELSE COALESCE(stages.started_at_ms, excluded.started_at_ms) END,
                 ended_at_ms = excluded.ended_at_ms",
        );
        sqlx::query(upsert)
            .bind(id.as_str())
            .bind(now.stage.as_str())
            .bind(now.state.as_str())
            .bind(i64::from(starts))
            .bind(i64::from(ends))
            .bind(&now.detail)
            .bind(i64::from(anew))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
