//! The sweep: what the watches remember against what the rows say. No call per store, and no Helm; whatever it finds is
//! written down, and what may be taken away is, when it has been seen often and for long enough.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store_model::StoreId;
use store_model::orphans::{
    Extent, Orphan, Removal, RowFacts, SIGHTINGS_MIN, Seen, orphan, removal, volume_is_orphaned,
};
use tokio::sync::broadcast::error::RecvError;

use super::Hands;
use crate::cluster::{Census, Removed};
use crate::db::{Finding, Standing, SweepClaim, SweepTurn, Taken};

/// A sweep takes as long as two reads and a write; each removal in it makes the lease new.
const LEASE: Duration = Duration::from_secs(60);
/// A removal is a handful of calls. Shorter than the lease, so that the turn outlives it.
const REMOVAL_LIMIT: Duration = Duration::from_secs(30);
/// More than this at once is no litter but a mistake, and the next sweep is soon enough to go on if it is not.
const REMOVALS_MAX: usize = 20;
/// Rings come in bursts: one question answers those of this long.
const RING_PAUSE: Duration = Duration::from_millis(500);
/// Between tries while the cluster or the database does not answer.
const AGAIN: Duration = Duration::from_secs(10);

pub(super) async fn sweep(hands: Arc<Hands>) {
    let mut bell = hands.db.bell().subscribe();
    loop {
        let wait = match turn(&hands).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "sweep: the database does not answer, trying again");
                AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait.max(RING_PAUSE)) => {}
            ring = bell.recv() => {
                if matches!(ring, Err(RecvError::Closed)) {
                    return;
                }
                tokio::time::sleep(RING_PAUSE.min(wait)).await;
                bell = bell.resubscribe();
            }
        }
    }
}

/// Says how long until there may be something to do.
async fn turn(hands: &Hands) -> Result<Duration, sqlx::Error> {
    let settings = &hands.settings;
    let claim = match hands.db.sweep_turn(&settings.name, LEASE).await? {
        SweepTurn::Mine(claim) => claim,
        SweepTurn::Wait(wait) => return Ok(wait),
    };
    let since = Instant::now();
    match hands.sweep_once(&claim).await {
        Ok(Outcome::Swept) => {
            metrics::histogram!("store_platform_sweep_seconds").record(since.elapsed().as_secs_f64());
            hands.db.sweep_end(&claim, settings.sweep).await?;
            Ok(settings.sweep)
        }
        Ok(Outcome::Lost) => Ok(settings.sweep),
        Ok(Outcome::Unseen) => {
            hands.db.sweep_drop(&claim, AGAIN).await?;
            Ok(AGAIN)
        }
        Err(error) => {
            // The lease lapses, should this not get through either.
            hands.db.sweep_drop(&claim, AGAIN).await?;
            Err(error)
        }
    }
}

enum Outcome {
    Swept,
    /// The turn was over before its end.
    Lost,
    /// The cluster could not be seen.
    Unseen,
}

impl Hands {
    async fn sweep_once(&self, claim: &SweepClaim) -> Result<Outcome, sqlx::Error> {
        let Some(before) = self.census().await else { return Ok(Outcome::Unseen) };
        let named: Vec<&StoreId> = before.namespaces.keys().chain(before.volumes.keys()).collect();
        let rows = self.db.row_facts(&named).await?;
        let Some(after) = self.census().await else { return Ok(Outcome::Unseen) };
        // The rows were read between two sights: what is an orphan by both was none of a store on its way.
        let was: Vec<Finding> = findings(&before, &rows);
        let is = findings(&after, &rows);
        let same = |finding: &Finding| was.binary_search_by(|other| key(other).cmp(&key(finding))).is_ok();
        let findings: Vec<Finding> = is.into_iter().filter(same).collect();
        let Some(standings) = self.db.sweep_record(claim, LEASE, &findings).await? else { return Ok(Outcome::Lost) };
        let mut removals = 0;
        for (finding, standing) in findings.iter().zip(standings) {
            self.wake_if_it_stays(finding, standing).await?;
            let Some(extent) = self.may_go(finding, standing, &rows, &after) else { continue };
            if removals == REMOVALS_MAX {
                tracing::warn!(REMOVALS_MAX, "more orphans may go than one sweep takes away; the next one goes on");
                break;
            }
            removals += 1;
            if self.db.orphan_take(claim, LEASE, finding).await? == Taken::Yes {
                self.remove(claim, finding, extent).await?;
            }
        }
        Ok(Outcome::Swept)
    }

    async fn census(&self) -> Option<Census> {
        match self.cluster.census().await {
            Ok(census) => Some(census),
            Err(error) => {
                tracing::info!(%error, "sweep: the cluster cannot be seen, trying again");
                None
            }
        }
    }

    /// A ready store is looked at by nobody; the look then says what has become of it.
    async fn wake_if_it_stays(&self, finding: &Finding, standing: Standing) -> Result<(), sqlx::Error> {
        let stays = standing.sightings >= SIGHTINGS_MIN;
        match finding.kind {
            Orphan::Lost | Orphan::LookAlike if stays => self.db.wake_at_rest(&finding.store).await,
            Orphan::Lost | Orphan::LookAlike | Orphan::Namespace | Orphan::Tombstone | Orphan::Volume => Ok(()),
        }
    }

    fn may_go(
        &self,
        finding: &Finding,
        standing: Standing,
        rows: &BTreeMap<StoreId, RowFacts>,
        census: &Census,
    ) -> Option<Extent> {
        let namespace = &census.namespaces.get(&finding.store)?.facts;
        let Standing { sightings, age } = standing;
        let seen = Seen { sightings, age, grace: self.settings.orphan_grace };
        match removal(finding.kind, rows.get(&finding.store), namespace, seen) {
            Removal::Now(extent) => Some(extent),
            Removal::Later | Removal::Never => None,
        }
    }

    async fn remove(&self, claim: &SweepClaim, finding: &Finding, extent: Extent) -> Result<(), sqlx::Error> {
        let Finding { name, uid, store, .. } = finding;
        match tokio::time::timeout(REMOVAL_LIMIT, self.cluster.remove(store, uid, extent)).await {
            Ok(Ok(Removed::Going(held))) => {
                metrics::counter!("store_platform_orphans_removed_total").increment(1);
                tracing::warn!(name, uid, ?held, "an orphaned namespace is removed");
                Ok(())
            }
            Ok(Ok(Removed::Gone)) => Ok(()),
            Ok(Ok(Removed::Holds(what))) => {
                tracing::warn!(name, uid, what, "an orphaned namespace stays: it holds what must not go with it");
                self.db.orphan_keep(claim, finding, &what).await
            }
            // It is marked as being removed: the next sweep does it again.
            Ok(Err(error)) => {
                tracing::warn!(name, uid, %error, "remove an orphaned namespace");
                Ok(())
            }
            Err(_) => {
                tracing::warn!(name, uid, "remove an orphaned namespace: no end after {REMOVAL_LIMIT:?}");
                Ok(())
            }
        }
    }
}

fn key(finding: &Finding) -> (Orphan, &str, &str) {
    (finding.kind, &finding.name, &finding.uid)
}

/// In the order of their keys.
fn findings(census: &Census, rows: &BTreeMap<StoreId, RowFacts>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (store, sighting) in &census.namespaces {
        let row = rows.get(store);
        let Some(kind) = orphan(row, Some(&sighting.facts)) else { continue };
        let ever = Seen { sightings: u32::MAX, age: Duration::MAX, grace: Duration::ZERO };
        let mut holds = sighting.holds.clone();
        if sighting.facts.terminating {
            holds.push("it is being deleted".to_owned());
        }
        findings.push(Finding {
            kind,
            name: store.namespace(),
            uid: sighting.facts.uid.clone(),
            store: store.clone(),
            holds,
            adoptable: kind == Orphan::Namespace,
            removable: matches!(removal(kind, row, &sighting.facts, ever), Removal::Now(_)),
        });
    }
    let bodiless = |kind, name: &str, store: &StoreId, holds| Finding {
        kind,
        name: name.to_owned(),
        uid: String::new(),
        store: store.clone(),
        holds,
        adoptable: false,
        removable: false,
    };
    for (store, row) in rows.iter().filter(|(store, _)| !census.namespaces.contains_key(store)) {
        if let Some(kind) = orphan(Some(row), None) {
            findings.push(bodiless(kind, &store.namespace(), store, Vec::new()));
        }
    }
    for (store, volumes) in census.volumes.iter().filter(|(store, _)| !census.namespaces.contains_key(store)) {
        if volume_is_orphaned(rows.get(store)) {
            let holds = || vec![format!("claimed from {}", store.namespace())];
            findings.extend(volumes.iter().map(|name| bodiless(Orphan::Volume, name, store, holds())));
        }
    }
    findings.sort_by(|one, other| key(one).cmp(&key(other)));
    findings
}
