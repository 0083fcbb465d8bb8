//! The times of a claim, in the few units that a model can count through.

use std::cmp::Ordering;
use std::time::Duration;

use provisioner::lease::LeaseTimes;

/// The lease's times in units of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub lease: u8,
    pub self_fence: u8,
    pub helm_grace: u8,
}

impl Times {
    /// The whole numbers that stand to each other as the durations do. Beyond 255 units nothing could be explored anyway.
    pub fn exactly(times: LeaseTimes) -> Times {
        let LeaseTimes { length, heartbeat: _, self_fence, helm_grace } = times;
        let unit =
            [self_fence, helm_grace].into_iter().fold(length.as_millis(), |unit, time| gcd(unit, time.as_millis()));
        let units = |time: Duration| u8::try_from(time.as_millis() / unit).unwrap_or(u8::MAX);
        Times { lease: units(length), self_fence: units(self_fence), helm_grace: units(helm_grace) }
    }

    /// The smallest whole numbers of which the lease is as much longer than the self-fence with Helm's grace, as long, or
    /// as much shorter: the workers compare times and do nothing else with them. Many times fewer states.
    pub fn in_order(times: LeaseTimes) -> Times {
        let LeaseTimes { length, heartbeat: _, self_fence, helm_grace } = times;
        let lease = match length.cmp(&(self_fence + helm_grace)) {
            Ordering::Less => 1,
            Ordering::Equal => 2,
            Ordering::Greater => 3,
        };
        Times { lease, self_fence: 1, helm_grace: 1 }
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}
