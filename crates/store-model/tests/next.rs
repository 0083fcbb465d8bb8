//! The rules of `next_step`: each said once, then all walks through a well-behaved world.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

mod world;

use proptest::prelude::*;
use store_model::{
    Desired, NamespaceSeen, Phase, Reason, ReasonCode, Recovery, ReleaseSeen, RouteSeen, Seen, Stage, StageState, Step,
    Store, UNINSTALL_ATTEMPTS, WorkloadSeen, next_step, progress, recovery,
};
use world::{World, any_seen, any_store, any_unwanted_store, any_wanted_store, nothing, store, whole};

/// More than any walk needs; a walk that takes longer goes in circles.
const BOUND: usize = 40;

#[test]
fn each_release_state_has_its_cure() {
    let cures = [
        (ReleaseSeen::Absent, None),
        (ReleaseSeen::Deployed { current: true }, None),
        (ReleaseSeen::Deployed { current: false }, None),
        (ReleaseSeen::Failed { message: "cancelled".to_owned() }, None),
        (ReleaseSeen::PendingInstall, Some(Recovery::ForgetFirstRevision)),
        (ReleaseSeen::PendingUpgrade, Some(Recovery::MarkFailed)),
        (ReleaseSeen::PendingRollback, Some(Recovery::MarkFailed)),
        (ReleaseSeen::Uninstalling, Some(Recovery::MarkFailed)),
    ];
    for (release, cure) in cures {
        assert_eq!(recovery(&release), cure, "{release:?}");
        let seen = Seen { release: release.clone(), ..whole() };
        let step = next_step(&store(Phase::Provisioning), &seen);
        match (cure, release) {
            (Some(cure), _) => assert_eq!(step, Step::RecoverRelease(cure)),
            (None, ReleaseSeen::Deployed { current: true }) => assert_eq!(step, Step::Enter(Phase::Proving)),
            (None, _) => assert_eq!(step, Step::InstallRelease),
        }
    }
}

#[test]
fn the_walk_to_ready_in_its_order() {
    let (mut world, mut store) = (World::new(), store(Phase::Requested));
    let mut steps = Vec::new();
    while store.phase != Phase::Ready {
        assert!(steps.len() < BOUND, "{steps:?}");
        steps.push(world.go(&mut store));
    }
    let waits = |on| Step::Wait { on, detail: "on its way".to_owned() };
    assert_eq!(
        steps,
        [
            Step::Enter(Phase::Provisioning),
            Step::CreateNamespace,
            Step::GrantAccess,
            Step::CreateCredentials,
            Step::InstallRelease,
            waits(Stage::Database),
            waits(Stage::Application),
            waits(Stage::Route),
            Step::Enter(Phase::Proving),
            Step::Prove,
        ]
    );
    assert_eq!(world.go(&mut store), Step::Rest);
}

#[test]
fn the_walk_to_deleted_in_its_order() {
    let (mut world, mut store) = (World::whole(), Store { desired: Desired::Absent, ..store(Phase::Ready) });
    let mut steps = Vec::new();
    while store.phase != Phase::Deleted {
        assert!(steps.len() < BOUND, "{steps:?}");
        steps.push(world.go(&mut store));
    }
    let wait = |detail: &str| Step::Wait { on: Stage::Namespace, detail: detail.to_owned() };
    assert_eq!(
        steps,
        [
            Step::Enter(Phase::Deleting),
            Step::UninstallRelease,
            Step::DeleteNamespace,
            wait("the namespace is being removed"),
            wait("volumes that are still there: pv-1"),
            Step::FinishDelete,
        ]
    );
    assert_eq!(world.go(&mut store), Step::Rest);
}

#[test]
fn what_is_broken_fails_with_its_own_reason() {
    let reason = Reason::new(ReasonCode::ImagePull, "not found");
    let seen = Seen { application: WorkloadSeen::Broken(reason.clone()), ..whole() };
    assert_eq!(next_step(&store(Phase::Provisioning), &seen), Step::Fail(reason.clone()));
    assert_eq!(next_step(&store(Phase::Proving), &seen), Step::Fail(reason.clone()));
    // Even while the database still starts: nobody has to wait to be told.
    let seen = Seen { database: WorkloadSeen::Starting { detail: String::new() }, ..seen };
    assert_eq!(next_step(&store(Phase::Provisioning), &seen), Step::Fail(reason));
}

#[test]
fn a_retry_restarts_what_is_stuck_once_and_lets_it_settle() {
    let broken = Reason::new(ReasonCode::ImagePull, "back-off");
    let seen = Seen { application: WorkloadSeen::Broken(broken.clone()), ..whole() };
    let retried = Store { retried: true, ..store(Phase::Provisioning) };
    assert_eq!(next_step(&retried, &seen), Step::RestartBroken);
    let restarted = store(Phase::Provisioning);
    let settling = Seen { settling: true, ..seen.clone() };
    assert!(matches!(next_step(&restarted, &settling), Step::Wait { on: Stage::Application, .. }));
    assert_eq!(next_step(&restarted, &seen), Step::Fail(broken));
}

#[test]
fn a_new_image_in_the_release_comes_before_the_old_pod_s_trouble() {
    let reason = Reason::new(ReasonCode::ImagePull, "old image");
    let seen = Seen {
        release: ReleaseSeen::Deployed { current: false },
        application: WorkloadSeen::Broken(reason),
        ..whole()
    };
    let retried = Store { retried: true, ..store(Phase::Provisioning) };
    assert_eq!(next_step(&retried, &seen), Step::InstallRelease);
}

#[test]
fn a_failed_store_goes_on_when_the_cluster_has_healed_it() {
    let failed = |code| Store { reason: Some(Reason::new(code, "")), ..store(Phase::Failed) };
    for code in ReasonCode::ALL {
        let heals = !matches!(
            code,
            ReasonCode::ProofRefused
                | ReasonCode::Release
                | ReasonCode::ForeignNamespace
                | ReasonCode::DeleteBlocked
                | ReasonCode::Cluster
        );
        let expected = if heals { Step::Enter(Phase::Proving) } else { Step::Rest };
        assert_eq!(next_step(&failed(code), &whole()), expected, "{code:?}");
        assert_eq!(next_step(&failed(code), &nothing()), Step::Rest, "{code:?}");
    }
}

#[test]
fn patience_ends_with_the_most_useful_word() {
    let late = |seen: Seen| next_step(&store(Phase::Provisioning), &Seen { overdue: true, ..seen });
    let starting = WorkloadSeen::Starting { detail: "pulling the image".to_owned() };
    assert_eq!(
        late(Seen { database: starting, ..whole() }),
        Step::Fail(Reason::new(ReasonCode::Deadline, "database: pulling the image"))
    );
    let waiting = RouteSeen::Waiting { detail: "no certificate yet".to_owned() };
    assert_eq!(
        late(Seen { route: waiting, ..whole() }),
        Step::Fail(Reason::new(ReasonCode::Route, "route: no certificate yet"))
    );
    // Lateness is about waiting: what can be done is still done.
    assert_eq!(late(nothing()), Step::CreateNamespace);
    assert_eq!(late(whole()), Step::Enter(Phase::Proving));
}

#[test]
fn a_foreign_namespace_is_never_touched() {
    let foreign = Seen { namespace: NamespaceSeen::Foreign, ..whole() };
    for phase in [Phase::Requested, Phase::Provisioning, Phase::Proving, Phase::Ready] {
        let Step::Fail(reason) = next_step(&store(phase), &foreign) else { panic!("{phase:?} does not fail") };
        assert_eq!(reason.code, ReasonCode::ForeignNamespace);
    }
    assert_eq!(next_step(&store(Phase::Failed), &foreign), Step::Rest);
    let deleting = Store { desired: Desired::Absent, ..store(Phase::Deleting) };
    assert_eq!(next_step(&deleting, &foreign), Step::FinishDelete);
}

#[test]
fn a_ready_store_whose_namespace_is_gone_is_not_ready_any_more() {
    let Step::Fail(reason) = next_step(&store(Phase::Ready), &nothing()) else { panic!("it does not fail") };
    assert_eq!(reason.code, ReasonCode::NamespaceLost);
    let going = Seen { namespace: NamespaceSeen::Terminating { blocked_by: None }, ..whole() };
    assert_eq!(next_step(&store(Phase::Ready), &going), Step::Rest);
    // A retry makes it anew, a delete ends it.
    assert_eq!(next_step(&store(Phase::Requested), &nothing()), Step::Enter(Phase::Provisioning));
    let deleting = Store { desired: Desired::Absent, ..store(Phase::Deleting) };
    assert_eq!(next_step(&deleting, &nothing()), Step::FinishDelete);
}

/// The release of an adopted store is proved, not replaced: the platform's values may have changed since it was made.
#[test]
fn what_is_being_proved_is_proved_as_it_is() {
    let older = Seen { release: ReleaseSeen::Deployed { current: false }, ..whole() };
    assert_eq!(next_step(&store(Phase::Proving), &older), Step::Prove);
    assert_eq!(next_step(&store(Phase::Provisioning), &older), Step::InstallRelease);
    let half = Seen { release: ReleaseSeen::Absent, ..whole() };
    assert_eq!(next_step(&store(Phase::Proving), &half), Step::InstallRelease);
}

#[test]
fn a_deletion_says_what_is_in_its_way() {
    let deleting = Store { desired: Desired::Absent, ..store(Phase::Deleting) };
    let blocked_by = Some("finalizer example.com/keep on configmap x".to_owned());
    let seen = Seen { namespace: NamespaceSeen::Terminating { blocked_by }, ..whole() };
    assert_eq!(
        next_step(&deleting, &seen),
        Step::Blocked(Reason::new(ReasonCode::DeleteBlocked, "finalizer example.com/keep on configmap x"))
    );
    let late = Seen { volumes: vec!["pv-9".to_owned()], overdue: true, ..nothing() };
    let Step::Blocked(reason) = next_step(&deleting, &late) else { panic!("not blocked") };
    assert!(reason.detail.contains("pv-9"), "{reason:?}");
}

#[test]
fn a_release_that_does_not_uninstall_goes_with_its_namespace() {
    let deleting = |attempts| Store { desired: Desired::Absent, attempts, ..store(Phase::Deleting) };
    assert_eq!(next_step(&deleting(UNINSTALL_ATTEMPTS - 1), &whole()), Step::UninstallRelease);
    assert_eq!(next_step(&deleting(UNINSTALL_ATTEMPTS), &whole()), Step::DeleteNamespace);
    let without_access = Seen { access: false, ..whole() };
    assert_eq!(next_step(&deleting(0), &without_access), Step::GrantAccess);
}

#[test]
fn the_owner_sees_which_stage_runs_and_which_failed() {
    use StageState::{Done, Failed, Running, Waiting};
    let states = |seen: &Seen, step: &Step| -> Vec<StageState> {
        progress(seen, step).into_iter().map(|progress| progress.state).collect()
    };
    assert_eq!(
        states(&nothing(), &Step::CreateNamespace),
        [Running, Waiting, Waiting, Waiting, Waiting, Waiting, Waiting]
    );
    assert_eq!(states(&whole(), &Step::Prove), [Done, Done, Done, Done, Done, Done, Running]);
    let reason = Reason::new(ReasonCode::CrashLoop, "exit 1");
    let seen = Seen {
        application: WorkloadSeen::Broken(reason.clone()),
        database: WorkloadSeen::Starting { detail: "slow".to_owned() },
        ..whole()
    };
    let stages = progress(&seen, &Step::Fail(reason));
    assert_eq!(stages[3].state, Running);
    assert_eq!((stages[4].state, stages[4].detail.as_str()), (Failed, "exit 1"));
    let late = Seen { route: RouteSeen::Waiting { detail: String::new() }, ..whole() };
    let stages = progress(&late, &Step::Fail(Reason::new(ReasonCode::Route, "no certificate")));
    assert_eq!((stages[5].state, stages[5].detail.as_str()), (Failed, "no certificate"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Total, and without memory: the same pair, the same step.
    #[test]
    fn every_state_has_one_step(store in any_store(), seen in any_seen()) {
        prop_assert_eq!(next_step(&store, &seen), next_step(&store.clone(), &seen.clone()));
    }

    /// Once deleting, nothing is made, proved or called ready again.
    #[test]
    fn deleting_never_turns_back(store in any_unwanted_store(), seen in any_seen()) {
        let step = next_step(&store, &seen);
        let allowed = matches!(
            step,
            Step::Rest | Step::Wait { .. } | Step::GrantAccess | Step::UninstallRelease | Step::DeleteNamespace
                | Step::FinishDelete | Step::Blocked(_) | Step::Enter(Phase::Deleting)
        );
        prop_assert!(allowed, "{:?}", step);
    }

    /// Nothing that may hold data is removed while the store is wanted.
    #[test]
    fn a_wanted_store_keeps_its_data(store in any_wanted_store(), seen in any_seen()) {
        let step = next_step(&store, &seen);
        let removes = matches!(step, Step::UninstallRelease | Step::DeleteNamespace | Step::FinishDelete);
        prop_assert!(!removes, "{:?}", step);
    }

    /// A namespace that is not ours gets no deed at all.
    #[test]
    fn foreign_stays_untouched(store in any_store(), seen in any_seen()) {
        let seen = Seen { namespace: NamespaceSeen::Foreign, ..seen };
        let step = next_step(&store, &seen);
        let deed = !matches!(
            step,
            Step::Rest | Step::Wait { .. } | Step::Fail(_) | Step::FinishDelete | Step::Blocked(_) | Step::Enter(_)
        );
        prop_assert!(!deed, "{:?}", step);
    }

    /// From whatever state, a world that does what it is asked comes to rest: ready, failed for a person to look at, or
    /// deleted.
    #[test]
    fn every_walk_comes_to_rest(store in any_store(), seen in any_seen()) {
        let mut store = store;
        let mut world = World::from(seen);
        let mut steps = Vec::new();
        loop {
            prop_assert!(steps.len() < BOUND, "{:?}", steps);
            let step = world.go(&mut store);
            let resting = step == Step::Rest;
            steps.push(step);
            if resting {
                break;
            }
        }
        let rests = match store.desired {
            Desired::Present => matches!(store.phase, Phase::Ready | Phase::Failed | Phase::Deleted),
            Desired::Absent => store.phase == Phase::Deleted,
        };
        prop_assert!(rests, "{:?} after {:?}", store.phase, steps);
    }

    /// A create that is cut by a delete at any point ends as deleted, with nothing left.
    #[test]
    fn a_delete_at_any_moment_leaves_nothing(cut in 0..12_usize) {
        let (mut world, mut store) = (World::new(), store(Phase::Requested));
        for _ in 0..cut {
            world.go(&mut store);
        }
        store.desired = Desired::Absent;
        for _ in 0..BOUND {
            world.go(&mut store);
        }
        prop_assert_eq!(store.phase, Phase::Deleted);
        prop_assert_eq!(&world.seen.namespace, &NamespaceSeen::Absent);
        prop_assert!(world.seen.volumes.is_empty());
    }
}
