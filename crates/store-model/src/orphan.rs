//! What in the cluster has no living store behind it, and the other way round; and what of it may be taken away.
//!
//! A release lives inside its store's namespace, and Secrets of the whole cluster are not ours to read: an orphaned
//! release is found as its namespace.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Desired, Phase};

/// One sighting may be of something on its way; a second, a sweep later, is of something that stays.
pub const SIGHTINGS_MIN: u32 = 2;

/// What the database says of a store, as far as orphans go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFacts {
    pub desired: Desired,
    pub phase: Phase,
    /// Of the namespace that was made for it, once that was seen.
    pub namespace_uid: Option<String>,
}

/// What the cluster says of a namespace that carries a store's labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceFacts {
    pub uid: String,
    pub terminating: bool,
    pub claims: usize,
    pub workloads: usize,
}

/// What does not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orphan {
    /// A namespace with our labels, and no row: the database was lost, or an older one was put back.
    Namespace,
    /// A namespace whose row says that it is deleted: the cluster was put back, or a last call came late.
    Tombstone,
    /// A namespace with our labels and our name, but not the one that was made for the store.
    LookAlike,
    /// A row that should have a namespace, and it is gone.
    Lost,
    /// A volume that was claimed from a store's namespace, which is gone.
    Volume,
}

/// Whether an orphan may be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Only shown, with its cure.
    Never,
    /// When it has been seen often and for long enough.
    Later,
    Now(Extent),
}

/// What may go with a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that is in it: its owner asked for its end.
    Whole,
    /// Nothing: only if there is no claim, no pod and no workload in it.
    Bare,
}

/// Total and pure. `None`: row and namespace belong together, or a worker is at it.
pub fn orphan(row: Option<&RowFacts>, namespace: Option<&NamespaceFacts>) -> Option<Orphan> {
    match (row, namespace) {
        (None, None) => None,
        (None, Some(_)) => Some(Orphan::Namespace),
        (Some(row), Some(namespace)) => {
            let another = row.namespace_uid.as_ref().is_some_and(|uid| *uid != namespace.uid);
            match row.phase {
                _ if another => Some(Orphan::LookAlike),
                Phase::Deleted => Some(Orphan::Tombstone),
                Phase::Requested
                | Phase::Provisioning
                | Phase::Proving
                | Phase::Ready
                | Phase::Failed
                | Phase::Deleting => None,
            }
        }
        (Some(row), None) => is_lost(row).then_some(Orphan::Lost),
    }
}

/// Whether a volume of a store whose namespace is gone is left over. While a store is deleted or made anew its volumes
/// are the worker's to wait for.
pub fn volume_is_orphaned(row: Option<&RowFacts>) -> bool {
    row.is_none_or(|row| row.phase == Phase::Deleted || is_lost(row))
}

/// Only what cannot be anybody's living store is taken away: what its owner had deleted, or what neither holds data nor
/// runs. So a database of yesterday, put back, takes nothing with it that lives.
pub fn removal(orphan: Orphan, row: Option<&RowFacts>, namespace: &NamespaceFacts, seen: Seen) -> Removal {
    let extent = match orphan {
        Orphan::LookAlike | Orphan::Lost | Orphan::Volume => return Removal::Never,
        Orphan::Tombstone if row.is_some_and(|row| row.namespace_uid.is_some()) => Extent::Whole,
        // Whose it is was never written down: it goes only if nothing is lost with it.
        Orphan::Tombstone | Orphan::Namespace => Extent::Bare,
    };
    let holds = namespace.claims > 0 || namespace.workloads > 0;
    if namespace.terminating || (holds && extent == Extent::Bare) {
        return Removal::Never;
    }
    let Seen { sightings, age, grace } = seen;
    if sightings >= SIGHTINGS_MIN && age >= grace { Removal::Now(extent) } else { Removal::Later }
}

/// Where an adopted store goes on. What runs is proved again and not touched; what was half made is made on.
pub fn adopted_phase(namespace: &NamespaceFacts) -> Phase {
    if namespace.terminating {
        Phase::Deleting
    } else if namespace.workloads > 0 {
        Phase::Proving
    } else {
        Phase::Provisioning
    }
}

/// How often and for how long an orphan has been seen, and how long it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub sightings: u32,
    pub age: Duration,
    pub grace: Duration,
}

fn is_lost(row: &RowFacts) -> bool {
    let settled = match row.phase {
        Phase::Ready => true,
        // One that failed before it had a namespace has lost none.
        Phase::Failed => row.namespace_uid.is_some(),
        // The worker makes it, or takes it away.
        Phase::Requested | Phase::Provisioning | Phase::Proving | Phase::Deleting | Phase::Deleted => false,
    };
    settled && row.desired == Desired::Present
}

impl Orphan {
    pub const ALL: [Orphan; 5] =
        [Orphan::Namespace, Orphan::Tombstone, Orphan::LookAlike, Orphan::Lost, Orphan::Volume];

    pub fn as_str(self) -> &'static str {
        match self {
            Orphan::Namespace => "namespace",
            Orphan::Tombstone => "tombstone",
            Orphan::LookAlike => "look-alike",
            Orphan::Lost => "lost",
            Orphan::Volume => "volume",
        }
    }

    pub fn parse(word: &str) -> Option<Orphan> {
        Orphan::ALL.into_iter().find(|orphan| orphan.as_str() == word)
    }

    /// What to do about it, in the operator's words.
    pub fn cure(self) -> &'static str {
        match self {
            Orphan::Namespace => {
                "Run `storectl doctor adopt`: its row is made again from what is there. If nobody wants it, delete the namespace."
            }
            Orphan::Tombstone => {
                "Its store was deleted; what is known to be that store's goes by itself after the grace time."
            }
            Orphan::LookAlike => {
                "It is never touched. Find out who made it; if it is the store's own, adopt it by its name, else delete it."
            }
            Orphan::Lost => "Retry the store to make it anew, without its data, or delete it.",
            Orphan::Volume => "Save what is on it, then delete it by hand: `kubectl delete pv NAME`.",
        }
    }
}
