use crate::{Phase, Reason};

/// The one thing to do next for a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until something changes.
    Rest,
    /// Something is on its way; look again when the cluster tells of a change.
    Wait {
        on: Stage,
        detail: String,
    },
    CreateNamespace,
    GrantAccess,
    CreateCredentials,
    /// `helm upgrade --install` with the store's values.
    InstallRelease,
    /// The release record is stuck in a state that Helm refuses to go on from.
    RecoverRelease(Recovery),
    /// Delete the pods that are stuck, so that Kubernetes tries anew at once and not at the end of its back-off.
    RestartBroken,
    /// Place the proving order through the public URL and read it back.
    Prove,
    Fail(Reason),
    UninstallRelease,
    DeleteNamespace,
    /// Nothing is left: free the name and the host.
    FinishDelete,
    /// The deletion cannot go on by itself; say what is in the way and look again.
    Blocked(Reason),
    /// Bring the row back into the phase that the sight shows.
    Enter(Phase),
}

/// The stages an owner sees, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    Namespace,
    Credentials,
    Release,
    Database,
    Application,
    Route,
    Proof,
}

/// How far a stage came, as the owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageState {
    Waiting,
    Running,
    Done,
    Failed,
}

/// How a stuck release is set free. Never by uninstalling what may hold data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// First install was cut: drop that one release record, then install adopts the objects.
    ForgetFirstRevision,
    /// Mark the pending revision failed; the next upgrade goes on.
    MarkFailed,
}

impl Step {
    /// The step's name, for logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Step::Rest => "rest",
            Step::Wait { .. } => "wait",
            Step::CreateNamespace => "create-namespace",
            Step::GrantAccess => "grant-access",
            Step::CreateCredentials => "create-credentials",
            Step::InstallRelease => "install-release",
            Step::RecoverRelease(_) => "recover-release",
            Step::RestartBroken => "restart-broken",
            Step::Prove => "prove",
            Step::Fail(_) => "fail",
            Step::UninstallRelease => "uninstall-release",
            Step::DeleteNamespace => "delete-namespace",
            Step::FinishDelete => "finish-delete",
            Step::Blocked(_) => "blocked",
            Step::Enter(_) => "enter",
        }
    }
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Namespace,
        Stage::Credentials,
        Stage::Release,
        Stage::Database,
        Stage::Application,
        Stage::Route,
        Stage::Proof,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Namespace => "namespace",
            Stage::Credentials => "credentials",
            Stage::Release => "release",
            Stage::Database => "database",
            Stage::Application => "application",
            Stage::Route => "route",
            Stage::Proof => "proof",
        }
    }

    pub fn parse(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

impl StageState {
    pub const ALL: [StageState; 4] = [StageState::Waiting, StageState::Running, StageState::Done, StageState::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            StageState::Waiting => "waiting",
            StageState::Running => "running",
            StageState::Done => "done",
            StageState::Failed => "failed",
        }
    }

    pub fn parse(word: &str) -> Option<StageState> {
        StageState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}
