//! A row made again from what the cluster says of its store, when the database that had it is lost.

use sqlx::Row;
use store_model::{Desired, Phase, StoreId};

use super::audit::{Action, Entry};
use super::events::{EventKind, NewEvent};
use super::{Db, NewStore, Write};
use crate::cluster::Description;

/// What is known of a store without a row.
#[derive(Clone, Debug)]
pub struct Adoption {
    pub description: Description,
    pub namespace_uid: String,
    /// Where it goes on.
    pub phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// In this phase.
    Made(Phase),
    /// It has a row already: nothing to do.
    Known,
    /// Why not.
    Refused(String),
}

impl Db {
    /// The same id, host, owner and age; a name or a host that somebody else has by now stays theirs.
    pub async fn store_adopt(&self, adoption: &Adoption, by: &str) -> Result<Adopted, sqlx::Error> {
        let Adoption { description, namespace_uid, phase } = adoption;
        let id = &description.id;
        let mut write = self.write().await?;
        // Takes the lock of what a sweep would take away, and waits for one that is at it.
        sqlx::query("DELETE FROM orphans WHERE store_id = $1 AND removing_ms IS NULL")
            .bind(id.as_str())
            .execute(write.connection())
            .await?;
        let removing = sqlx::query("SELECT name FROM orphans WHERE store_id = $1 AND uid = $2 AND gone_ms IS NULL")
            .bind(id.as_str())
            .bind(namespace_uid)
            .fetch_optional(write.connection())
            .await?;
        if removing.is_some() {
            return Ok(Adopted::Refused("it is being removed".to_owned()));
        }
        if !write.adoption_insert(adoption).await? {
            return write.adoption_refused(description).await;
        }
        let detail = format!("adopted from namespace {}", id.namespace());
        write.adoption_tell(id, *phase, &detail, by).await?;
        write.commit_and_ring().await?;
        Ok(Adopted::Made(*phase))
    }

    /// An operator says that the namespace is the store's own, although its UID is another: the cluster was put back,
    /// or the database was. What is there is proved anew.
    pub async fn store_recognise(&self, id: &StoreId, uid: &str, by: &str) -> Result<Adopted, sqlx::Error> {
        let mut write = self.write().await?;
        let recognise = write.dialect.sql(
            "UPDATE stores SET namespace_uid = $2, phase = 'proving', reason_code = NULL, reason_detail = NULL,
                 attempts = 0, misses = 0, progress_at_ms = NULL, due_at_ms = NOW_MS, wakes = wakes + 1, resting = 0,
                 wish = wish + 1, updated_at_ms = NOW_MS
             WHERE id = $1 AND desired = 'present' AND phase IN ('ready', 'failed') AND namespace_uid <> $2",
        );
        let recognised = sqlx::query(recognise).bind(id.as_str()).bind(uid).execute(write.connection()).await?;
        if recognised.rows_affected() == 0 {
            let row = write.store_read(id.as_str()).await?;
            let known = row.is_some_and(|row| row.store.namespace_uid.as_deref() == Some(uid));
            return Ok(if known { Adopted::Known } else { Adopted::Refused("its store is not at rest".to_owned()) });
        }
        sqlx::query("DELETE FROM orphans WHERE store_id = $1 AND removing_ms IS NULL")
            .bind(id.as_str())
            .execute(write.connection())
            .await?;
        let detail = format!("namespace {} with UID {uid} was adopted", id.namespace());
        write.adoption_tell(id, Phase::Proving, &detail, by).await?;
        write.commit_and_ring().await?;
        Ok(Adopted::Made(Phase::Proving))
    }
}

impl Write {
    async fn adoption_insert(&mut self, adoption: &Adoption) -> Result<bool, sqlx::Error> {
        let Adoption { description, namespace_uid, phase } = adoption.clone();
        let Description { id, name, engine, plan, host, settings, created_by, created_at_ms } = description;
        let new = NewStore { name, engine, plan, host, settings, created_by };
        if !self.store_insert(&id, &new).await? {
            return Ok(false);
        }
        let desired = if phase == Phase::Deleting { Desired::Absent } else { Desired::Present };
        sqlx::query("UPDATE stores SET created_at_ms = $2, namespace_uid = $3, desired = $4, phase = $5 WHERE id = $1")
            .bind(id.as_str())
            .bind(created_at_ms)
            .bind(namespace_uid)
            .bind(desired.as_str())
            .bind(phase.as_str())
            .execute(self.connection())
            .await?;
        Ok(true)
    }

    async fn adoption_refused(&mut self, description: &Description) -> Result<Adopted, sqlx::Error> {
        let Description { id, name, host, .. } = description;
        let holders = sqlx::query(
            "SELECT id, phase, host FROM stores WHERE id = $1 OR ((name = $2 OR host = $3) AND phase <> 'deleted')
             ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1",
        );
        let holder =
            holders.bind(id.as_str()).bind(name.as_str()).bind(host.as_str()).fetch_one(self.connection()).await?;
        let (holder, phase): (String, String) = (holder.try_get("id")?, holder.try_get("phase")?);
        Ok(if holder != id.as_str() {
            Adopted::Refused(format!("its name {name} or its host {host} belongs to store {holder} by now"))
        } else if phase == Phase::Deleted.as_str() {
            Adopted::Refused("its row says that it was deleted".to_owned())
        } else {
            Adopted::Known
        })
    }

    async fn adoption_tell(&mut self, id: &StoreId, phase: Phase, detail: &str, by: &str) -> Result<(), sqlx::Error> {
        let event = NewEvent { kind: EventKind::Phase, phase, stage: None, reason: None, detail };
        self.event_insert(id, event).await?;
        self.audit_insert(Entry { actor: by, action: Action::Adopt, store: id, phase, detail }).await
    }
}
