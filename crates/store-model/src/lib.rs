//! What a store is, and what to do next about it. No I/O, no clock, no randomness: the same store and the same sight
//! always give the same step.

mod engine;
mod names;
mod next;
mod orphan;
mod phase;
mod plan;
mod progress;
mod reason;
mod seen;
mod step;
mod store;

pub use engine::{
    Chore, Component, Engine, Entry, ImageName, LOGIN_KEY, Make, Part, Runs, SecretName, Shown, Spec, Workload,
    WorkloadKind,
};
pub use names::{HostName, NameError, StoreId, StoreName};
pub use next::{UNINSTALL_ATTEMPTS, next_step, recovery};
pub use phase::Phase;
pub use plan::Plan;
pub use progress::{Progress, progress, stage_of};
pub use reason::{Reason, ReasonCode};
pub use seen::{NamespaceSeen, ReleaseSeen, RouteSeen, Seen, WorkloadSeen};
pub use step::{Recovery, Stage, StageState, Step};
pub use store::{Desired, Store, StoreSettings};

pub mod orphans {
    //! See `orphan.rs`.
    pub use crate::orphan::{
        Extent, NamespaceFacts, Orphan, Removal, RowFacts, SIGHTINGS_MIN, Seen, adopted_phase, orphan, removal,
        volume_is_orphaned,
    };
}

pub mod values;
