//! The promises, each with every protection there, and which of them falls without which.

use std::collections::BTreeSet;

use lease_model::promises::{self, FENCE, FREE, I1, I3, I4, I6};
use lease_model::protocol::{Protection, Protocol};
use lease_model::state::Faults;
use lease_model::times::Times;
use provisioner::lease::LeaseTimes;
use stateright::{Checker, Expectation, Model, Property};

const CALM: Faults = Faults { stops: 0, deaths: 0, losses: 0, clock_steps: 0, hangs: 0, deletions: 0 };

/// What falls, and whether each thing that should be possible was.
fn check(protocol: Protocol) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let described = format!("{protocol:?}");
    // Without symmetry a breadth-first search finds the shortest road, but through twice the states.
    let checker = protocol.checker().threads(2).symmetry().spawn_dfs().join();
    println!("{described}: {} states, {} deep", checker.unique_state_count(), checker.max_depth());
    let discoveries = checker.discoveries();
    let fallen = |property: &Property<Protocol>| {
        property.expectation != Expectation::Sometimes && discoveries.contains_key(property.name)
    };
    let missing = |property: &Property<Protocol>| {
        property.expectation == Expectation::Sometimes && !discoveries.contains_key(property.name)
    };
    for (name, path) in &discoveries {
        println!("  {name}: {:?}", path.clone().into_actions());
    }
    let names = |which: &dyn Fn(&Property<Protocol>) -> bool| {
        promises::all().iter().filter(|property| which(property)).map(|property| property.name).collect()
    };
    (names(&fallen), names(&missing))
}

fn protocol(faults: Faults) -> Protocol {
    Protocol { times: Times::in_order(LeaseTimes::default()), longest_stop: None, faults, without: &[] }
}

fn assert_holds(protocol: Protocol) {
    assert_eq!(check(protocol), (BTreeSet::new(), BTreeSet::new()), "what falls, what never happens");
}

fn assert_falls(protocol: Protocol, name: &str) {
    let (fallen, _) = check(protocol);
    assert!(fallen.contains(name), "{name} does not fall, only {fallen:?}");
}

#[test]
fn the_times_of_production_keep_their_order() {
    for seconds in [3, 6, 30, 600] {
        let times = LeaseTimes::of(std::time::Duration::from_secs(seconds));
        assert_eq!(Times::in_order(times), Times { lease: 3, self_fence: 1, helm_grace: 1 }, "{seconds} s");
    }
}

#[test]
fn it_holds_with_the_numbers_of_production() {
    assert_holds(Protocol { times: Times::exactly(LeaseTimes::default()), ..protocol(CALM) });
}

#[test]
fn it_holds_when_processes_die() {
    assert_holds(protocol(Faults { deaths: 2, deletions: 1, ..CALM }));
}

#[test]
fn it_holds_when_commits_are_lost_and_helm_hangs() {
    assert_holds(protocol(Faults { losses: 1, hangs: 1, deletions: 1, ..CALM }));
}

#[test]
fn it_holds_when_a_process_dies_and_a_commit_is_lost() {
    assert_holds(protocol(Faults { deaths: 1, losses: 1, ..CALM }));
}

#[test]
fn a_workers_clock_does_not_matter() {
    let stormy = Faults { clock_steps: 1, deaths: 1, ..CALM };
    assert_holds(protocol(stormy.clone()));
    assert_falls(Protocol { without: &[Protection::DatabaseClock], ..protocol(stormy) }, I4);
}

/// What a stop as long as one likes leaves standing, and what not: the Helm that goes on with its process works for up to
/// its grace beside the next holder's. Helm's own record is the lock between the two, and each deed may be done twice.
#[test]
fn after_a_stop_past_the_lease_two_helms_may_meet_and_nothing_else_falls() {
    let faults = Faults { stops: 1, deletions: 1, ..CALM };
    // Nor does a look at the clock help against a stop right after it.
    let (fallen, missing) = check(Protocol { without: &[Protection::FenceBeforeAct], ..protocol(faults) });
    assert_eq!((fallen, missing), (BTreeSet::from([I4]), BTreeSet::new()));
}

#[test]
fn a_stop_shorter_than_what_the_lease_has_over_is_harmless() {
    let Times { self_fence, helm_grace, .. } = Times::in_order(LeaseTimes::default());
    let stop = 1;
    let with = |lease| {
        let times = Times { lease, self_fence, helm_grace };
        Protocol { times, longest_stop: Some(stop), ..protocol(Faults { stops: 1, ..CALM }) }
    };
    assert_holds(with(self_fence + helm_grace + stop + 1));
    assert_falls(with(self_fence + helm_grace + stop), I4);
}

#[test]
fn with_a_self_fence_and_grace_as_long_as_the_lease_two_helms_meet() {
    let Times { self_fence, helm_grace, .. } = Times::in_order(LeaseTimes::default());
    let times = Times { lease: self_fence + helm_grace, self_fence, helm_grace };
    assert_falls(Protocol { times, ..protocol(CALM) }, I4);
}

#[test]
fn with_a_self_fence_longer_than_the_lease_two_helms_meet() {
    assert_falls(Protocol { times: Times { lease: 1, self_fence: 2, helm_grace: 0 }, ..protocol(CALM) }, I4);
}

#[test]
fn without_the_fence_on_writes_a_late_one_counts() {
    assert_falls(Protocol { without: &[Protection::FenceOnWrite], ..protocol(CALM) }, FENCE);
}

#[test]
fn without_the_wish_on_writes_a_deleted_store_gets_ready() {
    let faults = Faults { deletions: 1, ..CALM };
    assert_falls(Protocol { without: &[Protection::WishOnWrite], ..protocol(faults) }, I6);
}

#[test]
fn with_the_self_fence_counted_from_the_answer_two_helms_meet() {
    assert_falls(Protocol { without: &[Protection::FenceFromQuestion], ..protocol(CALM) }, I4);
}

#[test]
fn without_a_look_at_the_clock_before_a_deed_two_helms_meet() {
    assert_falls(Protocol { without: &[Protection::FenceBeforeAct], ..protocol(CALM) }, I4);
}

#[test]
fn without_the_death_signal_two_helms_meet() {
    let faults = Faults { deaths: 1, ..CALM };
    assert_falls(Protocol { without: &[Protection::DeathSignal], ..protocol(faults) }, I4);
}

#[test]
fn without_waiting_for_helm_before_a_hand_over_two_helms_meet() {
    for faults in [Faults { deletions: 1, ..CALM }, Faults { hangs: 1, ..CALM }] {
        assert_falls(Protocol { without: &[Protection::HelmGoneFirst], ..protocol(faults) }, I4);
    }
}

#[test]
fn with_credentials_written_over_they_change() {
    // The stop falls between the look at the clock and the deed, which no look can rule out.
    let faults = Faults { stops: 1, ..CALM };
    assert_falls(Protocol { without: &[Protection::CreateOnly, Protection::FenceBeforeAct], ..protocol(faults) }, I3);
}

#[test]
fn without_an_end_of_leases_a_request_never_ends() {
    let faults = Faults { deaths: 1, ..CALM };
    assert_falls(Protocol { without: &[Protection::LeaseLapses], ..protocol(faults) }, I1);
}

#[test]
fn with_beats_that_find_no_lease_a_free_store_waits_for_nobody() {
    assert_falls(Protocol { without: &[Protection::BeatNeedsLease], ..protocol(CALM) }, FREE);
}
