//! A cluster that does what it is asked, one notch at a time, and any store in it.

use proptest::prelude::*;
use store_model::{
    Desired, Engine, HostName, NamespaceSeen, Phase, Plan, Reason, ReasonCode, Recovery, ReleaseSeen, RouteSeen, Seen,
    Stage, Step, Store, StoreId, StoreName, StoreSettings, WorkloadSeen, next_step,
};

pub struct World {
    pub seen: Seen,
}

impl World {
    pub fn new() -> World {
        World { seen: nothing() }
    }

    pub fn whole() -> World {
        World { seen: Seen { volumes: vec!["pv-1".to_owned()], ..whole() } }
    }

    pub fn from(seen: Seen) -> World {
        World { seen }
    }

    /// One turn of the worker's loop: decide, do it, write it down.
    pub fn go(&mut self, store: &mut Store) -> Step {
        let step = next_step(store, &self.seen);
        let seen = &mut self.seen;
        match &step {
            Step::Rest => {}
            // The world moves when it is waited for, or by itself where somebody is asked to help.
            Step::Wait { on, .. } => self.move_on(*on),
            Step::Blocked(_) => {
                seen.namespace = NamespaceSeen::Absent;
                seen.volumes.clear();
            }
            Step::Enter(phase) => {
                store.phase = *phase;
                store.reason = None;
            }
            Step::Fail(reason) => {
                store.phase = Phase::Failed;
                store.reason = Some(reason.clone());
                store.retried = false;
            }
            Step::FinishDelete => store.phase = Phase::Deleted,
            Step::CreateNamespace => seen.namespace = NamespaceSeen::Ours,
            Step::GrantAccess => seen.access = true,
            Step::CreateCredentials => seen.credentials = true,
            Step::InstallRelease => {
                seen.release = ReleaseSeen::Deployed { current: true };
                let starting = || WorkloadSeen::Starting { detail: "on its way".to_owned() };
                if seen.database == WorkloadSeen::Absent {
                    seen.database = starting();
                    seen.volumes = vec!["pv-1".to_owned()];
                }
                if seen.application == WorkloadSeen::Absent {
                    seen.application = starting();
                }
                if seen.route == RouteSeen::Absent {
                    seen.route = RouteSeen::Waiting { detail: "on its way".to_owned() };
                }
            }
            Step::RecoverRelease(Recovery::ForgetFirstRevision) => seen.release = ReleaseSeen::Absent,
            Step::RecoverRelease(Recovery::MarkFailed) => {
                seen.release = ReleaseSeen::Failed { message: "interrupted".to_owned() };
            }
            Step::RestartBroken => {
                store.retried = false;
                seen.settling = true;
            }
            Step::Prove => store.phase = Phase::Ready,
            Step::UninstallRelease => seen.release = ReleaseSeen::Absent,
            Step::DeleteNamespace => seen.namespace = NamespaceSeen::Terminating { blocked_by: None },
        }
        step
    }

    fn move_on(&mut self, on: Stage) {
        let seen = &mut self.seen;
        match on {
            Stage::Namespace if matches!(seen.namespace, NamespaceSeen::Terminating { .. }) => {
                let Seen { volumes, overdue, settling, .. } = seen.clone();
                *seen = Seen { volumes, overdue, settling, ..nothing() };
            }
            Stage::Namespace => seen.volumes.clear(),
            Stage::Database => seen.database = WorkloadSeen::Ready,
            Stage::Application => seen.application = WorkloadSeen::Ready,
            Stage::Route => seen.route = RouteSeen::Ready,
            Stage::Credentials | Stage::Release | Stage::Proof => panic!("nothing waits on {on:?}"),
        }
    }
}

pub fn nothing() -> Seen {
    Seen {
        namespace: NamespaceSeen::Absent,
        namespace_uid: None,
        access: false,
        credentials: false,
        release: ReleaseSeen::Absent,
        database: WorkloadSeen::Absent,
        application: WorkloadSeen::Absent,
        route: RouteSeen::Absent,
        volumes: Vec::new(),
        overdue: false,
        settling: false,
    }
}

pub fn whole() -> Seen {
    Seen {
        namespace: NamespaceSeen::Ours,
        namespace_uid: None,
        access: true,
        credentials: true,
        release: ReleaseSeen::Deployed { current: true },
        database: WorkloadSeen::Ready,
        application: WorkloadSeen::Ready,
        route: RouteSeen::Ready,
        volumes: Vec::new(),
        overdue: false,
        settling: false,
    }
}

pub fn store(phase: Phase) -> Store {
    Store {
        id: StoreId::parse("s0123456789a").unwrap(),
        name: StoreName::parse("my-shop").unwrap(),
        engine: Engine::Woocommerce,
        plan: Plan::Small,
        host: HostName::parse("my-shop.localhost").unwrap(),
        settings: StoreSettings {
            title: "My shop".to_owned(),
            admin_email: "owner@example.com".to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            sample_products: true,
        },
        created_by: "somebody".to_owned(),
        created_at_ms: 0,
        desired: Desired::Present,
        phase,
        reason: None,
        attempts: 0,
        retried: false,
        namespace_uid: None,
    }
}

pub fn any_store() -> impl Strategy<Value = Store> {
    let desired = prop_oneof![Just(Desired::Present), Just(Desired::Absent)];
    let phase = prop::sample::select(Phase::ALL.to_vec());
    (desired, phase, any_reason(), 0..8_u32, any::<bool>()).prop_map(|(desired, phase, reason, attempts, retried)| {
        Store { desired, reason, attempts, retried, ..store(phase) }
    })
}

pub fn any_wanted_store() -> impl Strategy<Value = Store> {
    let phase = prop_oneof![
        Just(Phase::Requested),
        Just(Phase::Provisioning),
        Just(Phase::Proving),
        Just(Phase::Ready),
        Just(Phase::Failed),
    ];
    (any_store(), phase).prop_map(|(store, phase)| Store { desired: Desired::Present, phase, ..store })
}

/// Unwanted in one of the two ways a row can say it.
pub fn any_unwanted_store() -> impl Strategy<Value = Store> {
    let goes = prop_oneof![Just(Phase::Deleting), Just(Phase::Deleted)];
    prop_oneof![
        any_store().prop_map(|store| Store { desired: Desired::Absent, ..store }),
        (any_store(), goes).prop_map(|(store, phase)| Store { phase, ..store }),
    ]
}

pub fn any_seen() -> impl Strategy<Value = Seen> {
    let namespace = prop_oneof![
        Just(NamespaceSeen::Absent),
        Just(NamespaceSeen::Ours),
        Just(NamespaceSeen::Foreign),
        any_detail().prop_map(|what| NamespaceSeen::Terminating { blocked_by: what }),
    ];
    let release = prop_oneof![
        Just(ReleaseSeen::Absent),
        any::<bool>().prop_map(|current| ReleaseSeen::Deployed { current }),
        Just(ReleaseSeen::Failed { message: "no".to_owned() }),
        Just(ReleaseSeen::PendingInstall),
        Just(ReleaseSeen::PendingUpgrade),
        Just(ReleaseSeen::PendingRollback),
        Just(ReleaseSeen::Uninstalling),
    ];
    let route = prop_oneof![
        Just(RouteSeen::Absent),
        Just(RouteSeen::Waiting { detail: "certificate".to_owned() }),
        Just(RouteSeen::Ready),
    ];
    let volumes = prop::collection::vec(Just("pv-1".to_owned()), 0..2);
    (namespace, any::<[bool; 4]>(), release, any_workload(), any_workload(), route, volumes).prop_map(
        |(namespace, [access, credentials, overdue, settling], release, database, application, route, volumes)| Seen {
            namespace,
            namespace_uid: None,
            access,
            credentials,
            release,
            database,
            application,
            route,
            volumes,
            overdue,
            settling,
        },
    )
}

fn any_workload() -> impl Strategy<Value = WorkloadSeen> {
    prop_oneof![
        Just(WorkloadSeen::Absent),
        Just(WorkloadSeen::Starting { detail: "on its way".to_owned() }),
        Just(WorkloadSeen::Ready),
        Just(WorkloadSeen::Broken(Reason::new(ReasonCode::CrashLoop, "exit 1"))),
    ]
}

fn any_reason() -> impl Strategy<Value = Option<Reason>> {
    prop::option::of(prop::sample::select(ReasonCode::ALL.to_vec()).prop_map(|code| Reason::new(code, "because")))
}

fn any_detail() -> impl Strategy<Value = Option<String>> {
    prop::option::of(Just("finalizer".to_owned()))
}
