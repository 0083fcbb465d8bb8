//! The invariants of the fault table that rest on the claim, by their numbers.

use stateright::Property;

use crate::protocol::Protocol;
use crate::state::{Phase, State};

pub const I1: &str = "I1: once nothing fails any more, each request ends within a lease and Helm's grace";
pub const I3: &str = "I3: credentials never change";
pub const I4: &str = "I4: a store has one Helm at a time";
pub const I6: &str = "I6: once deleting, never ready again";
pub const FENCE: &str = "a write with an old fence changes nothing";
pub const FREE: &str = "a store that was given back has no lease";

pub fn all() -> Vec<Property<Protocol>> {
    vec![
        // Without faults time passes only when nobody can do anything and the request has not ended.
        Property::always(I1, |model: &Protocol, state: &State| state.clear.is_none_or(|since| since <= model.bound())),
        Property::always(I3, |_, state: &State| !state.broken.credentials_changed),
        Property::always(I4, |_, state: &State| state.helms() <= 1),
        Property::always(I6, |_, state: &State| !state.broken.ready_after_delete),
        Property::always(FENCE, |_, state: &State| !state.broken.old_fence_wrote),
        Property::always(FREE, |_, state: &State| !state.row.free || state.row.lease == 0),
        // The model is not idle.
        Property::sometimes("a store gets ready", |_, state: &State| state.ended() && state.row.phase == Phase::Ready),
        Property::sometimes("a store changes hands", |_, state: &State| state.row.fence > 1 && state.helms() > 0),
        Property::sometimes("two think that they hold it", |_, state: &State| {
            state.workers.iter().all(|worker| worker.visit.is_some())
        }),
        Property::sometimes("faults clear late", |_, state: &State| state.clear.is_some_and(|since| since > 0)),
    ]
}
