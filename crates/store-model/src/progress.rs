//! What the owner sees of a store that is on its way: one state per stage, derived from the sight and the step.

use crate::{NamespaceSeen, ReleaseSeen, RouteSeen, Seen, Stage, StageState, Step, WorkloadSeen};

/// One stage of a store's way, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub state: StageState,
    pub detail: String,
}

/// The stages in their order. Says nothing about a store that is being deleted: its stages tell how it was made.
pub fn progress(seen: &Seen, step: &Step) -> Vec<Progress> {
    let busy = stage_of(step);
    let mut stages: Vec<Progress> = Stage::ALL.into_iter().map(|stage| seen_stage(seen, stage, busy)).collect();
    if let Step::Fail(reason) = step {
        let broken = stages.iter().position(|p| p.state == StageState::Failed);
        let open = stages.iter().position(|p| p.state != StageState::Done);
        if let Some(at) = broken.or(open) {
            stages[at].state = StageState::Failed;
            stages[at].detail.clone_from(&reason.detail);
        }
    }
    stages
}

/// The stage a step works on, if it works on one.
pub fn stage_of(step: &Step) -> Option<Stage> {
    match step {
        Step::CreateNamespace | Step::GrantAccess => Some(Stage::Namespace),
        Step::CreateCredentials => Some(Stage::Credentials),
        Step::InstallRelease | Step::RecoverRelease(_) => Some(Stage::Release),
        Step::RestartBroken => Some(Stage::Application),
        Step::Prove => Some(Stage::Proof),
        Step::Wait { on, detail: _ } => Some(*on),
        Step::Rest
        | Step::Fail(_)
        | Step::UninstallRelease
        | Step::DeleteNamespace
        | Step::FinishDelete
        | Step::Blocked(_)
        | Step::Enter(_) => None,
    }
}

fn seen_stage(seen: &Seen, stage: Stage, busy: Option<Stage>) -> Progress {
    let (state, detail) = match stage {
        Stage::Namespace => (done_if(seen.namespace == NamespaceSeen::Ours && seen.access), ""),
        Stage::Credentials => (done_if(seen.credentials), ""),
        Stage::Release => (done_if(matches!(seen.release, ReleaseSeen::Deployed { .. })), ""),
        Stage::Database => workload(&seen.database),
        Stage::Application => workload(&seen.application),
        Stage::Route => match &seen.route {
            RouteSeen::Absent => (StageState::Waiting, ""),
            RouteSeen::Waiting { detail } => (StageState::Running, detail.as_str()),
            RouteSeen::Ready => (StageState::Done, ""),
        },
        Stage::Proof => (StageState::Waiting, ""),
    };
    let state = if busy == Some(stage) { StageState::Running } else { state };
    Progress { stage, state, detail: detail.to_owned() }
}

fn workload(seen: &WorkloadSeen) -> (StageState, &str) {
    match seen {
        WorkloadSeen::Absent => (StageState::Waiting, ""),
        WorkloadSeen::Starting { detail } => (StageState::Running, detail),
        WorkloadSeen::Ready => (StageState::Done, ""),
        WorkloadSeen::Broken(reason) => (StageState::Failed, &reason.detail),
    }
}

fn done_if(done: bool) -> StageState {
    if done { StageState::Done } else { StageState::Waiting }
}
