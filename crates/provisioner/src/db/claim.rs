//! What the holder of a claim knows, and what it may write.

use std::time::{Duration, Instant};

use store_model::{Phase, Progress, Reason};

use super::StoreRow;
use crate::cluster::Sale;

/// The right to work on one store until the lease lapses. Every write names the fence: once somebody else has claimed
/// the store, nothing of ours is written any more.
#[derive(Clone, Debug)]
pub struct Claim {
    pub row: StoreRow,
    pub fence: i64,
    /// Who holds it.
    pub worker: String,
    pub call: Call,
    /// For how long it had been due.
    pub waited: Duration,
    /// How often the owner had changed their mind when this was claimed.
    pub(super) wish: i64,
    /// How often the store had been woken when this was claimed.
    pub(super) wakes: i64,
    /// Failures in a row.
    pub misses: u32,
    /// Since when nothing has moved.
    pub moved: Age,
    /// When stuck pods were restarted last, if ever.
    pub restarted: Option<Age>,
}

/// What made a store due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Somebody wrote that there is work, and rang the bell.
    Rung,
    /// It was at rest, and nothing woke it: the slow poll brought it.
    Poll,
    /// Its own time came, or its holder died.
    Itself,
}

impl Call {
    /// The column `resting`. At rest it is 0 if the bell was rung, 1 if the slow poll comes next, else 3; the claim makes
    /// 4 and 2 of the first two, so that a holder that dies leaves a store that nobody was told of.
    pub(super) fn claimed(resting: i64) -> Call {
        match resting {
            2 => Call::Poll,
            4 => Call::Rung,
            _ => Call::Itself,
        }
    }
}

/// How long ago something was: read once by the database's clock, then counted on by the monotonic one.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    then: Duration,
    read: Instant,
}

impl Age {
    pub fn now(self) -> Duration {
        self.then + self.read.elapsed()
    }

    pub(super) fn from_ms(ms: i64) -> Age {
        Age { then: Duration::from_millis(u64::try_from(ms).unwrap_or(0)), read: Instant::now() }
    }
}

/// What a visit found, to be written in one transaction. Everything the holder of a claim may change is in it.
#[derive(Clone, Debug)]
pub struct Record {
    pub phase: Phase,
    pub reason: Option<Reason>,
    pub attempts: u32,
    pub misses: u32,
    pub retried: bool,
    /// A try failed; told as an event even if phase and reason stay.
    pub attempt: Option<Reason>,
    /// Something moved: the deadline begins anew.
    pub moved: bool,
    /// Stuck pods were restarted now.
    pub restarted: bool,
    pub proof: Option<Sale>,
    pub removed: Option<Vec<String>>,
    pub stages: Vec<Progress>,
    pub namespace: NamespaceUid,
}

/// What a visit learnt of whose the namespace is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NamespaceUid {
    #[default]
    Known,
    /// Another one is about to be made: written before it is, so that a crash in between does not make it a stranger.
    Forgotten,
    Learnt(String),
}

impl Record {
    /// Everything as it is; the caller changes what the visit changed.
    pub fn unchanged(claim: &Claim) -> Record {
        let store = &claim.row.store;
        Record {
            phase: store.phase,
            reason: store.reason.clone(),
            attempts: store.attempts,
            misses: claim.misses,
            retried: store.retried,
            attempt: None,
            moved: false,
            restarted: false,
            proof: None,
            removed: None,
            stages: Vec::new(),
            namespace: NamespaceUid::Known,
        }
    }
}

/// What becomes of the claim with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Keep,
    /// Look again after this long, or, with `None`, when something wakes it. After a try that failed and counts the wait
    /// is kept, whatever woke the store meanwhile; see `wake_all`.
    Release {
        due_in: Option<Duration>,
    },
    /// Look again after this long, as only we know why.
    Pause(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Written,
    /// The claim is lost or the owner wants something else by now: nothing was written.
    Superseded,
}

/// The answer to a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    Held,
    /// Still ours, but the owner wants something else: drop what is under way.
    Unwanted,
    /// Somebody else has it.
    Lost,
}
