//! What the model remembers: the store's row, the cluster, the workers with what they have under way, and what may still
//! go wrong. Times are whole units that are left, so that states which differ only in the hour are one.

use stateright::Representative;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wish {
    Present,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Provisioning,
    Ready,
    Deleted,
}

/// The row in the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub wish: Wish,
    pub phase: Phase,
    pub due: bool,
    pub fence: u8,
    /// Until somebody else may claim, by the database's clock.
    pub lease: u8,
    /// Given back since the last claim: the column is nought then, where a lease that lapsed is a time in the past.
    pub free: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Release {
    Absent,
    /// A Helm is at it, or was when it died.
    Pending,
    Deployed,
}

/// What the store has in the cluster. It knows no fence: whatever arrives is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// By whose fence the credentials were made.
    pub credentials: Option<u8>,
    pub release: Release,
    /// The namespace is deleted: nothing can be made in it any more.
    pub gone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    Runs,
    /// Stopped, and its Helm with it, for this long.
    Stands(u8),
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    CreateCredentials,
    Install,
    Recover,
    Uninstall,
    DeleteNamespace,
    Record(Phase),
}

/// Where a visit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    Look,
    Act(Deed),
    /// Waits for its Helm.
    Helm,
    /// Its Helm took too long: give the store back, due again.
    GiveUp,
    /// The owner wants something else: give the store back as it is.
    HandOver,
    /// Waits for the database.
    Database,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visit {
    pub fence: u8,
    pub wish: Wish,
    /// Until the worker fences itself, by its monotonic clock.
    pub left: u8,
    pub at: At,
}

/// A statement on its way to the database. It may arrive long after its sender has stopped waiting for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statement {
    /// Phase as decided, and the claim given back; due again unless it came to an end.
    Record {
        fence: u8,
        wish: Wish,
        phase: Phase,
        due: bool,
    },
    Drop {
        fence: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Beat {
    pub fence: u8,
    pub wish: Wish,
    /// What of the self-fence is left if the answer is yes: it counts from the question.
    pub left: u8,
}

/// A claim that the database has granted and whose answer has not arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Granted {
    pub fence: u8,
    pub wish: Wish,
    pub left: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Helm {
    pub installs: bool,
    /// SIGTERM was sent: until SIGKILL.
    pub dies_in: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worker {
    pub life: Life,
    /// Its wall clock was set ahead by an hour.
    pub clock_ahead: bool,
    pub granted: Option<Granted>,
    pub visit: Option<Visit>,
    pub statement: Option<Statement>,
    pub beat: Option<Beat>,
    pub helm: Option<Helm>,
}

/// How often each may still happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Faults {
    pub stops: u8,
    pub deaths: u8,
    /// A statement or its answer is lost: whether it was done is unknown.
    pub losses: u8,
    pub clock_steps: u8,
    pub hangs: u8,
    /// Not a fault, but the owner may delete the store at any moment too.
    pub deletions: u8,
}

/// What must never be true, noted when it happens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Broken {
    pub old_fence_wrote: bool,
    pub credentials_changed: bool,
    pub ready_after_delete: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub row: Row,
    pub cluster: Cluster,
    pub workers: [Worker; 2],
    /// A Helm whose process has died and that lives on.
    pub stray: Option<Helm>,
    pub faults: Faults,
    /// Since when nothing goes wrong any more.
    pub clear: Option<u8>,
    pub broken: Broken,
}

impl Default for Worker {
    fn default() -> Worker {
        Worker {
            life: Life::Runs,
            clock_ahead: false,
            granted: None,
            visit: None,
            statement: None,
            beat: None,
            helm: None,
        }
    }
}

impl Worker {
    pub fn runs(&self) -> bool {
        self.life == Life::Runs
    }
}

impl State {
    pub fn helms(&self) -> usize {
        self.workers.iter().filter(|worker| worker.helm.is_some()).count() + usize::from(self.stray.is_some())
    }

    /// The request has come to an end and nobody is at it any more.
    pub fn ended(&self) -> bool {
        let end = match self.row.wish {
            Wish::Present => Phase::Ready,
            Wish::Absent => Phase::Deleted,
        };
        self.row.phase == end && !self.row.due && self.helms() == 0
    }
}

/// Which of the two workers is which makes no difference.
impl Representative for State {
    fn representative(&self) -> State {
        let mut state = self.clone();
        state.workers.sort();
        state
    }
}
