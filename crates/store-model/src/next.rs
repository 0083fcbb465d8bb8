//! What to do next for a store: the one place where it is decided.

use crate::{
    Desired, NamespaceSeen, Phase, Reason, ReasonCode, Recovery, ReleaseSeen, RouteSeen, Seen, Stage, Step, Store,
    WorkloadSeen,
};

/// After so many failed uninstalls the namespace is deleted with the release in it: every object of a store is inside
/// its namespace, so nothing is left behind either way. Three, because one failure is often the API server's moment.
pub const UNINSTALL_ATTEMPTS: u32 = 3;

/// Total and pure: every store and every sight has a step, and the same pair always has the same one.
pub fn next_step(store: &Store, seen: &Seen) -> Step {
    match (store.desired, store.phase) {
        (Desired::Present | Desired::Absent, Phase::Deleted) => Step::Rest,
        (Desired::Present, Phase::Ready) => match &seen.namespace {
            // A newer chart for a ready store is for upgrades to bring, not for a look that happens by.
            NamespaceSeen::Ours | NamespaceSeen::Terminating { .. } => Step::Rest,
            NamespaceSeen::Foreign => foreign(store),
            // Not made anew by itself: an empty shop in the place of a full one is no cure.
            NamespaceSeen::Absent => {
                let detail = format!("namespace {} is gone", store.id.namespace());
                Step::Fail(Reason::new(ReasonCode::NamespaceLost, detail))
            }
        },
        // A store that is being deleted never turns back, whatever the row says it should be.
        (Desired::Present | Desired::Absent, Phase::Deleting) => delete_step(store, seen),
        (Desired::Absent, Phase::Requested | Phase::Provisioning | Phase::Proving | Phase::Ready | Phase::Failed) => {
            Step::Enter(Phase::Deleting)
        }
        (Desired::Present, Phase::Failed) => {
            if serves(seen) && store.reason.as_ref().is_some_and(heals_by_itself) {
                Step::Enter(Phase::Proving)
            } else {
                Step::Rest
            }
        }
        (Desired::Present, Phase::Requested) => match &seen.namespace {
            NamespaceSeen::Foreign => foreign(store),
            NamespaceSeen::Absent | NamespaceSeen::Ours | NamespaceSeen::Terminating { .. } => {
                Step::Enter(Phase::Provisioning)
            }
        },
        (Desired::Present, Phase::Provisioning | Phase::Proving) => create_step(store, seen),
    }
}

/// The cure of a release that Helm refuses to go on from; `None` where Helm goes on by itself.
pub fn recovery(release: &ReleaseSeen) -> Option<Recovery> {
    match release {
        // `helm upgrade --install` goes on from a failed revision.
        ReleaseSeen::Absent | ReleaseSeen::Deployed { .. } | ReleaseSeen::Failed { .. } => None,
        ReleaseSeen::PendingInstall => Some(Recovery::ForgetFirstRevision),
        // An uninstall that somebody began from outside is not finished here: the volumes may hold data.
        ReleaseSeen::PendingUpgrade | ReleaseSeen::PendingRollback | ReleaseSeen::Uninstalling => {
            Some(Recovery::MarkFailed)
        }
    }
}

fn create_step(store: &Store, seen: &Seen) -> Step {
    match &seen.namespace {
        NamespaceSeen::Foreign => return foreign(store),
        NamespaceSeen::Absent => return Step::CreateNamespace,
        NamespaceSeen::Terminating { blocked_by } => {
            let detail = match blocked_by {
                Some(what) => format!("the old namespace is still being removed: {what}"),
                None => "the old namespace is still being removed".to_owned(),
            };
            return wait(seen, Stage::Namespace, detail);
        }
        NamespaceSeen::Ours => {}
    }
    if !seen.access {
        return Step::GrantAccess;
    }
    if !seen.credentials {
        return Step::CreateCredentials;
    }
    if let Some(cure) = recovery(&seen.release) {
        return Step::RecoverRelease(cure);
    }
    match seen.release {
        ReleaseSeen::Deployed { current: true } => {}
        // What is being proved runs already, as an adopted store does: it is proved as it is.
        ReleaseSeen::Deployed { current: false } if store.phase == Phase::Proving => {}
        ReleaseSeen::Absent
        | ReleaseSeen::Deployed { current: false }
        | ReleaseSeen::Failed { .. }
        // These have a recovery, so they do not come here.
        | ReleaseSeen::PendingInstall
        | ReleaseSeen::PendingUpgrade
        | ReleaseSeen::PendingRollback
        | ReleaseSeen::Uninstalling => return Step::InstallRelease,
    }
    workloads_step(store, seen)
}

/// The release is in place: what its programs still lack.
fn workloads_step(store: &Store, seen: &Seen) -> Step {
    let workloads = [(Stage::Database, &seen.database), (Stage::Application, &seen.application)];
    for (stage, workload) in workloads {
        let WorkloadSeen::Broken(reason) = workload else { continue };
        return if store.retried {
            Step::RestartBroken
        } else if seen.settling {
            Step::Wait { on: stage, detail: "trying again".to_owned() }
        } else {
            Step::Fail(reason.clone())
        };
    }
    for (stage, workload) in workloads {
        match workload {
            WorkloadSeen::Absent => return wait(seen, stage, "the cluster has not made it yet".to_owned()),
            WorkloadSeen::Starting { detail } => return wait(seen, stage, detail.clone()),
            // Broken was answered above.
            WorkloadSeen::Ready | WorkloadSeen::Broken(_) => {}
        }
    }
    match &seen.route {
        RouteSeen::Absent => wait(seen, Stage::Route, "the cluster has not made it yet".to_owned()),
        RouteSeen::Waiting { detail } => wait(seen, Stage::Route, detail.clone()),
        RouteSeen::Ready => match store.phase {
            Phase::Proving => Step::Prove,
            Phase::Requested
            | Phase::Provisioning
            | Phase::Ready
            | Phase::Failed
            | Phase::Deleting
            | Phase::Deleted => Step::Enter(Phase::Proving),
        },
    }
}

fn delete_step(store: &Store, seen: &Seen) -> Step {
    match &seen.namespace {
        // Not ours, so not ours to remove: our part is done.
        NamespaceSeen::Foreign => Step::FinishDelete,
        NamespaceSeen::Ours if seen.release == ReleaseSeen::Absent || store.attempts >= UNINSTALL_ATTEMPTS => {
            Step::DeleteNamespace
        }
        NamespaceSeen::Ours if seen.access => Step::UninstallRelease,
        NamespaceSeen::Ours => Step::GrantAccess,
        NamespaceSeen::Terminating { blocked_by: Some(what) } => {
            Step::Blocked(Reason::new(ReasonCode::DeleteBlocked, what))
        }
        NamespaceSeen::Terminating { blocked_by: None } if seen.overdue => Step::Blocked(Reason::new(
            ReasonCode::DeleteBlocked,
            "the namespace does not go away, and Kubernetes does not say why",
        )),
        NamespaceSeen::Terminating { blocked_by: None } => {
            Step::Wait { on: Stage::Namespace, detail: "the namespace is being removed".to_owned() }
        }
        NamespaceSeen::Absent if seen.volumes.is_empty() => Step::FinishDelete,
        NamespaceSeen::Absent => {
            let detail = format!("volumes that are still there: {}", seen.volumes.join(", "));
            if seen.overdue {
                Step::Blocked(Reason::new(ReasonCode::DeleteBlocked, detail))
            } else {
                Step::Wait { on: Stage::Namespace, detail }
            }
        }
    }
}

/// Waiting, or the end of patience with the most useful word about it.
fn wait(seen: &Seen, on: Stage, detail: String) -> Step {
    if !seen.overdue {
        return Step::Wait { on, detail };
    }
    let code = match on {
        // The route's own heading names issuer, class and host, which is where to look.
        Stage::Route => ReasonCode::Route,
        Stage::Namespace
        | Stage::Credentials
        | Stage::Release
        | Stage::Database
        | Stage::Application
        | Stage::Proof => ReasonCode::Deadline,
    };
    Step::Fail(Reason::new(code, format!("{}: {detail}", on.as_str())))
}

fn foreign(store: &Store) -> Step {
    let detail =
        format!("namespace {} exists and is not the store's: its labels or its UID differ", store.id.namespace());
    Step::Fail(Reason::new(ReasonCode::ForeignNamespace, detail))
}

fn serves(seen: &Seen) -> bool {
    seen.namespace == NamespaceSeen::Ours
        && seen.database == WorkloadSeen::Ready
        && seen.application == WorkloadSeen::Ready
        && seen.route == RouteSeen::Ready
}

/// Whether a store that failed for this may go on once everything runs, without being asked. What a person has to look
/// into first (a refused proof, a refused release) waits for the person.
fn heals_by_itself(reason: &Reason) -> bool {
    match reason.code {
        ReasonCode::ImagePull
        | ReasonCode::Quota
        | ReasonCode::Unschedulable
        | ReasonCode::CrashLoop
        | ReasonCode::Volume
        | ReasonCode::Database
        | ReasonCode::SetUp
        | ReasonCode::Deadline
        | ReasonCode::Route
        // The very same namespace, by its UID, came back with all that was in it.
        | ReasonCode::NamespaceLost => true,
        ReasonCode::ProofRefused
        | ReasonCode::Release
        | ReasonCode::ForeignNamespace
        | ReasonCode::DeleteBlocked
        | ReasonCode::Cluster => false,
    }
}
