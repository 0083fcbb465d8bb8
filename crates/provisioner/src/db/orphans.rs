//! What sweeps have seen: orphans, how often and since when, and those that we took away.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::Row;
use sqlx::any::AnyRow;
use store_model::orphans::{Orphan, RowFacts};
use store_model::{Desired, Phase, StoreId};

use super::audit::{Action, Entry};
use super::dialect::places;
use super::events::{EventKind, NewEvent};
use super::rows::{unreadable, word};
use super::{Db, SweepClaim, Write};

/// An orphan as one sweep saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Orphan,
    pub name: String,
    /// Of the namespace; empty where there is none.
    pub uid: String,
    pub store: StoreId,
    pub holds: Vec<String>,
    pub adoptable: bool,
    pub removable: bool,
}

/// How often and for how long it has been seen by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub sightings: u32,
    pub age: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanRow {
    pub finding: Finding,
    pub standing: Standing,
    pub first_seen_ms: i64,
    pub last_seen_ms: i64,
    pub removing_ms: Option<i64>,
    pub gone_ms: Option<i64>,
}

/// Whether an orphan may be taken away now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// The turn is somebody else's, or a store lives there by now.
    No,
}

/// As many ids in one question as every database takes.
const IDS: usize = 200;

/// What was taken away is shown for as long as anybody may ask where it went.
const REMOVED_SHOWN: i64 = 20;

impl Db {
    /// What the rows say: of all that are not deleted, and of those that are asked for, deleted or not.
    pub async fn row_facts(&self, asked_for: &[&StoreId]) -> Result<BTreeMap<StoreId, RowFacts>, sqlx::Error> {
        let living = sqlx::query("SELECT id, desired, phase, namespace_uid FROM stores WHERE phase <> 'deleted'");
        let mut rows = living.fetch_all(&self.pool).await?;
        for ids in asked_for.chunks(IDS) {
            let select = self.dialect.sql(&format!(
                "SELECT id, desired, phase, namespace_uid FROM stores WHERE phase = 'deleted' AND id IN ({})",
                places(ids.len())
            ));
            let query = ids.iter().fold(sqlx::query(select), |query, id| query.bind(id.as_str()));
            rows.extend(query.fetch_all(&self.pool).await?);
        }
        rows.iter().map(|row| Ok((store_id(row, "id")?, facts(row)?))).collect()
    }

    /// Writes what a sweep saw: what it did not see is no orphan any more. `None`: the turn is over, nothing is written.
    pub async fn sweep_record(
        &self,
        claim: &SweepClaim,
        lease: Duration,
        findings: &[Finding],
    ) -> Result<Option<Vec<Standing>>, sqlx::Error> {
        let mut write = self.write().await?;
        if !write.sweep_holds(claim, lease).await? {
            return Ok(None);
        }
        let mut standings = Vec::with_capacity(findings.len());
        for finding in findings {
            standings.push(write.orphan_upsert(claim, finding).await?);
        }
        sqlx::query("DELETE FROM orphans WHERE swept < $1 AND removing_ms IS NULL")
            .bind(claim.fence)
            .execute(write.connection())
            .await?;
        let gone = write.dialect.sql("UPDATE orphans SET gone_ms = NOW_MS WHERE swept < $1 AND gone_ms IS NULL");
        sqlx::query(gone).bind(claim.fence).execute(write.connection()).await?;
        write.commit().await?;
        Ok(Some(standings))
    }

    /// Written before the namespace goes, with its trace: what is taken away without one cannot be asked after.
    pub async fn orphan_take(
        &self,
        claim: &SweepClaim,
        lease: Duration,
        finding: &Finding,
    ) -> Result<Taken, sqlx::Error> {
        let mut write = self.write().await?;
        if !write.sweep_holds(claim, lease).await? {
            return Ok(Taken::No);
        }
        let take = write.dialect.sql(
            "UPDATE orphans SET removing_ms = COALESCE(removing_ms, NOW_MS)
             WHERE kind = $1 AND name = $2 AND uid = $3
                 AND NOT EXISTS (SELECT 1 FROM stores WHERE stores.id = orphans.store_id AND phase <> 'deleted')",
        );
        let taken = sqlx::query(take)
            .bind(finding.kind.as_str())
            .bind(&finding.name)
            .bind(&finding.uid)
            .execute(write.connection())
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(Taken::No);
        }
        write.orphan_tell(claim, Action::RemoveOrphan, finding, "is removed").await?;
        write.commit_and_ring().await?;
        Ok(Taken::Yes)
    }

    /// The last look found something in it that must not go.
    pub async fn orphan_keep(&self, claim: &SweepClaim, finding: &Finding, what: &str) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE orphans SET removing_ms = NULL WHERE kind = $1 AND name = $2 AND uid = $3")
            .bind(finding.kind.as_str())
            .bind(&finding.name)
            .bind(&finding.uid)
            .execute(write.connection())
            .await?;
        write.orphan_tell(claim, Action::KeepOrphan, finding, &format!("stays: it holds {what}")).await?;
        write.commit_and_ring().await
    }

    /// A ready store rests, so nobody looks at it; this one is to be looked at all the same.
    pub async fn wake_at_rest(&self, id: &StoreId) -> Result<(), sqlx::Error> {
        let mut write = self.write().await?;
        let wake = write.dialect.sql(
            "UPDATE stores SET due_at_ms = NOW_MS, wakes = wakes + 1, resting = 0
             WHERE id = $1 AND phase = 'ready' AND desired = 'present'",
        );
        let woken = sqlx::query(wake).bind(id.as_str()).execute(write.connection()).await?;
        if woken.rows_affected() == 0 { Ok(()) } else { write.commit_and_ring().await }
    }

    /// What is there now, oldest first.
    pub async fn orphans(&self) -> Result<Vec<OrphanRow>, sqlx::Error> {
        self.orphans_where("gone_ms IS NULL ORDER BY first_seen_ms, kind, name").await
    }

    /// What was taken away, newest first.
    pub async fn orphans_removed(&self) -> Result<Vec<OrphanRow>, sqlx::Error> {
        self.orphans_where(&format!("gone_ms IS NOT NULL ORDER BY gone_ms DESC, name LIMIT {REMOVED_SHOWN}")).await
    }

    pub async fn orphan_counts(&self) -> Result<Vec<(Orphan, i64)>, sqlx::Error> {
        let rows = sqlx::query("SELECT kind, COUNT(*) AS orphans FROM orphans WHERE gone_ms IS NULL GROUP BY kind")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((word(row, "kind", Orphan::parse)?, row.try_get("orphans")?))).collect()
    }

    async fn orphans_where(&self, condition: &str) -> Result<Vec<OrphanRow>, sqlx::Error> {
        let select = self.dialect.sql(&format!(
            "SELECT kind, name, uid, store_id, holds, adoptable, removable, first_seen_ms, last_seen_ms, sightings,
                 removing_ms, gone_ms, last_seen_ms - first_seen_ms AS age_ms FROM orphans WHERE {condition}"
        ));
        sqlx::query(select).fetch_all(&self.pool).await?.iter().map(orphan_row).collect()
    }
}

impl Write {
    /// What was gone and is there again is seen for the first time.
    async fn orphan_upsert(&mut self, claim: &SweepClaim, finding: &Finding) -> Result<Standing, sqlx::Error> {
        let Finding { kind, name, uid, store, holds, adoptable, removable } = finding;
        let upsert = self.dialect.sql(
            "INSERT INTO orphans (kind, name, uid, store_id, holds, adoptable, removable, first_seen_ms, last_seen_ms,
                 sightings, swept)
             VALUES ($1, $2, $3, $4, $5, $6, $7, NOW_MS, NOW_MS, 1, $8)
             ON CONFLICT (kind, name, uid) DO UPDATE SET holds = excluded.holds, adoptable = excluded.adoptable,
                 removable = excluded.removable, last_seen_ms = excluded.last_seen_ms, swept = excluded.swept,
                 sightings = CASE WHEN orphans.gone_ms IS NULL THEN orphans.sightings + 1 ELSE 1 END,
                 first_seen_ms =
                     CASE WHEN orphans.gone_ms IS NULL THEN orphans.first_seen_ms ELSE excluded.first_seen_ms END,
                 removing_ms = CASE WHEN orphans.gone_ms IS NULL THEN orphans.removing_ms END,
                 gone_ms = NULL
             RETURNING sightings, last_seen_ms - first_seen_ms AS age_ms",
        );
        let row = sqlx::query(upsert)
            .bind(kind.as_str())
            .bind(name)
            .bind(uid)
            .bind(store.as_str())
            .bind(serde_json::to_string(holds).map_err(unreadable)?)
            .bind(i64::from(*adoptable))
            .bind(i64::from(*removable))
            .bind(claim.fence)
            .fetch_one(self.connection())
            .await?;
        standing(&row)
    }

    /// An event of the store, if there is a row, and an audit row in any case.
    async fn orphan_tell(
        &mut self,
        claim: &SweepClaim,
        action: Action,
        finding: &Finding,
        what: &str,
    ) -> Result<(), sqlx::Error> {
        let Finding { kind, name, uid, store, holds, .. } = finding;
        let detail = format!("orphaned {name} ({}, UID {uid}) {what}; {}", kind.as_str(), holds.join(", "));
        if let Some(row) = self.store_read(store.as_str()).await? {
            let phase = row.store.phase;
            let event = NewEvent { kind: EventKind::Phase, phase, stage: None, reason: None, detail: &detail };
            self.event_insert(store, event).await?;
        }
        let entry = Entry { actor: &claim.by, action, store, phase: Phase::Deleted, detail: &detail };
        self.audit_insert(entry).await
    }
}

fn orphan_row(row: &AnyRow) -> Result<OrphanRow, sqlx::Error> {
    Ok(OrphanRow {
        finding: Finding {
            kind: word(row, "kind", Orphan::parse)?,
            name: row.try_get("name")?,
            uid: row.try_get("uid")?,
            store: store_id(row, "store_id")?,
            holds: serde_json::from_str(row.try_get("holds")?).map_err(unreadable)?,
            adoptable: row.try_get::<i64, _>("adoptable")? != 0,
            removable: row.try_get::<i64, _>("removable")? != 0,
        },
        standing: standing(row)?,
        first_seen_ms: row.try_get("first_seen_ms")?,
        last_seen_ms: row.try_get("last_seen_ms")?,
        removing_ms: row.try_get("removing_ms")?,
        gone_ms: row.try_get("gone_ms")?,
    })
}

fn standing(row: &AnyRow) -> Result<Standing, sqlx::Error> {
    let age: i64 = row.try_get("age_ms")?;
    Ok(Standing {
        sightings: u32::try_from(row.try_get::<i64, _>("sightings")?).unwrap_or(u32::MAX),
        // A clock that stepped back makes nothing old.
        age: Duration::from_millis(u64::try_from(age).unwrap_or(0)),
    })
}

fn facts(row: &AnyRow) -> Result<RowFacts, sqlx::Error> {
    Ok(RowFacts {
        desired: word(row, "desired", Desired::parse)?,
        phase: word(row, "phase", Phase::parse)?,
        namespace_uid: row.try_get("namespace_uid")?,
    })
}

fn store_id(row: &AnyRow, column: &str) -> Result<StoreId, sqlx::Error> {
    StoreId::parse(row.try_get(column)?).map_err(unreadable)
}
