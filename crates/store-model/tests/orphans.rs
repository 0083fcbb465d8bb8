//! What is an orphan, and what of it may be taken away: each said once, as a table.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test they are assertions")]

use std::time::Duration;

use proptest::prelude::*;
use store_model::orphans::{
    Extent, NamespaceFacts, Orphan, Removal, RowFacts, Seen, orphan, removal, volume_is_orphaned,
};
use store_model::{Desired, Phase};

const DAY: Duration = Duration::from_secs(86_400);

fn row(phase: Phase, uid: Option<&str>) -> RowFacts {
    let desired = match phase {
        Phase::Deleting | Phase::Deleted => Desired::Absent,
        _ => Desired::Present,
    };
    RowFacts { desired, phase, namespace_uid: uid.map(str::to_owned) }
}

fn bare(uid: &str) -> NamespaceFacts {
    NamespaceFacts { uid: uid.to_owned(), terminating: false, claims: 0, workloads: 0 }
}

fn long() -> Seen {
    Seen { sightings: 2, age: DAY, grace: DAY }
}

#[test]
fn what_has_no_partner_is_an_orphan() {
    let namespace = bare("a");
    for (phase, alone, with_its_own, with_another) in [
        (Phase::Requested, None, None, Some(Orphan::LookAlike)),
        (Phase::Provisioning, None, None, Some(Orphan::LookAlike)),
        (Phase::Proving, None, None, Some(Orphan::LookAlike)),
        (Phase::Ready, Some(Orphan::Lost), None, Some(Orphan::LookAlike)),
        (Phase::Failed, Some(Orphan::Lost), None, Some(Orphan::LookAlike)),
        (Phase::Deleting, None, None, Some(Orphan::LookAlike)),
        (Phase::Deleted, None, Some(Orphan::Tombstone), Some(Orphan::LookAlike)),
    ] {
        let own = row(phase, Some("a"));
        assert_eq!(orphan(Some(&own), None), alone, "{phase:?}");
        assert_eq!(orphan(Some(&own), Some(&namespace)), with_its_own, "{phase:?}");
        assert_eq!(orphan(Some(&row(phase, Some("b"))), Some(&namespace)), with_another, "{phase:?}");
        // A row that never learnt its namespace's UID knows it by its labels.
        assert_eq!(orphan(Some(&row(phase, None)), Some(&namespace)), with_its_own, "{phase:?}");
    }
    assert_eq!(orphan(None, Some(&namespace)), Some(Orphan::Namespace));
    assert_eq!(orphan(None, None), None);
    assert_eq!(orphan(Some(&row(Phase::Failed, None)), None), None, "it never had one");
}

#[test]
fn a_volume_waits_for_its_stores_worker_and_is_an_orphan_without_one() {
    for (phase, orphaned) in [
        (Phase::Requested, false),
        (Phase::Provisioning, false),
        (Phase::Proving, false),
        (Phase::Ready, true),
        (Phase::Failed, true),
        (Phase::Deleting, false),
        (Phase::Deleted, true),
    ] {
        assert_eq!(volume_is_orphaned(Some(&row(phase, Some("a")))), orphaned, "{phase:?}");
    }
    assert!(volume_is_orphaned(None));
}

#[test]
fn only_what_nobody_can_be_living_from_is_taken_away() {
    let deleted = row(Phase::Deleted, Some("a"));
    let unknown = row(Phase::Deleted, None);
    let data = NamespaceFacts { claims: 1, ..bare("a") };
    let runs = NamespaceFacts { workloads: 1, ..bare("a") };
    let dying = NamespaceFacts { terminating: true, ..bare("a") };
    for (orphan, row, namespace, expected) in [
        (Orphan::Namespace, None, bare("a"), Removal::Now(Extent::Bare)),
        (Orphan::Namespace, None, data.clone(), Removal::Never),
        (Orphan::Namespace, None, runs.clone(), Removal::Never),
        (Orphan::Namespace, None, dying.clone(), Removal::Never),
        (Orphan::Tombstone, Some(&deleted), bare("a"), Removal::Now(Extent::Whole)),
        (Orphan::Tombstone, Some(&deleted), data.clone(), Removal::Now(Extent::Whole)),
        (Orphan::Tombstone, Some(&deleted), runs.clone(), Removal::Now(Extent::Whole)),
        (Orphan::Tombstone, Some(&deleted), dying.clone(), Removal::Never),
        (Orphan::Tombstone, Some(&unknown), bare("a"), Removal::Now(Extent::Bare)),
        (Orphan::Tombstone, Some(&unknown), data.clone(), Removal::Never),
        (Orphan::Tombstone, Some(&unknown), runs.clone(), Removal::Never),
        (Orphan::LookAlike, Some(&deleted), bare("b"), Removal::Never),
        (Orphan::Lost, Some(&deleted), bare("a"), Removal::Never),
        (Orphan::Volume, None, bare("a"), Removal::Never),
    ] {
        assert_eq!(removal(orphan, row, &namespace, long()), expected, "{orphan:?} {row:?} {namespace:?}");
    }
}

#[test]
fn nothing_goes_at_the_first_sight_or_before_its_time() {
    for (sightings, age, expected) in [
        (1, 2 * DAY, Removal::Later),
        (2, DAY.saturating_sub(Duration::from_millis(1)), Removal::Later),
        (2, DAY, Removal::Now(Extent::Bare)),
        (288, DAY, Removal::Now(Extent::Bare)),
    ] {
        let seen = Seen { sightings, age, grace: DAY };
        assert_eq!(removal(Orphan::Namespace, None, &bare("a"), seen), expected, "{seen:?}");
    }
    // Without a grace time two sightings are still two.
    let seen = Seen { sightings: 1, age: DAY, grace: Duration::ZERO };
    assert_eq!(removal(Orphan::Namespace, None, &bare("a"), seen), Removal::Later);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is there: what a living row stands for is never taken away, nor what holds data without its owner's wish.
    #[test]
    fn what_may_live_stays(
        phase in prop::sample::select(Phase::ALL.to_vec()),
        known in prop::option::of("[ab]"),
        has_row in any::<bool>(),
        uid in "[ab]",
        claims in 0..2_usize,
        workloads in 0..2_usize,
        terminating in any::<bool>(),
    ) {
        let row = has_row.then(|| row(phase, known.as_deref()));
        let namespace = NamespaceFacts { uid, terminating, claims, workloads };
        let Some(orphan) = orphan(row.as_ref(), Some(&namespace)) else { return Ok(()) };
        if let Removal::Now(extent) = removal(orphan, row.as_ref(), &namespace, long()) {
            let its_own_tombstone = row.as_ref().is_some_and(|row| {
                row.phase == Phase::Deleted && row.namespace_uid.as_ref() == Some(&namespace.uid)
            });
            let living = row.as_ref().is_some_and(|row| row.phase != Phase::Deleted);
            prop_assert!(!living, "{:?}", row);
            prop_assert!(its_own_tombstone || (claims + workloads == 0 && extent == Extent::Bare));
        }
    }
}
