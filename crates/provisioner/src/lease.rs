//! The times of a claim, each derived from its length, so that no setting can break what they must keep: whoever lost
//! its claim has stopped its Helm before anybody else may begin.

use std::time::Duration;

/// Outlasts a short outage of the database, and is short enough for an owner who waits after a crash.
pub const LEASE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTimes {
    /// How long a claim lasts without a heartbeat, by the database's clock.
    pub length: Duration,
    /// Three beats fit into a lease, so one lost beat costs nothing.
    pub heartbeat: Duration,
    /// Without a heartbeat for this long, by the holder's own monotonic clock, the act is dropped.
    pub self_fence: Duration,
    /// From SIGTERM, by which Helm writes its record and ends, to SIGKILL, where an act is cut while the claim is held. With
    /// `self_fence` it is 14/15 of the lease: it fits into what is left of one however late it begins.
    pub helm_grace: Duration,
}

impl LeaseTimes {
    pub fn of(length: Duration) -> LeaseTimes {
        LeaseTimes { length, heartbeat: length / 3, self_fence: length * 2 / 3, helm_grace: length * 4 / 15 }
    }
}

impl Default for LeaseTimes {
    fn default() -> LeaseTimes {
        LeaseTimes::of(LEASE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helm_is_dead_before_the_lease_lapses() {
        for seconds in [3, 6, 30, 600] {
            let LeaseTimes { length, heartbeat, self_fence, helm_grace } = LeaseTimes::of(Duration::from_secs(seconds));
            assert!(heartbeat < self_fence && self_fence + helm_grace < length, "{seconds} s");
        }
    }
}
