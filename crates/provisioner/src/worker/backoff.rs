use std::time::Duration;

use rand::RngExt;

/// Half of the doubled wait, and anything up to the other half: a thousand stores that failed together do not come back
/// together, and six attempts still last 15 s at least, which a route that is being set up may need.
pub(super) fn delay(misses: u32, base: Duration, cap: Duration) -> Duration {
    let longest = base.saturating_mul(2_u32.saturating_pow(misses.saturating_sub(1))).min(cap);
    longest.mul_f64(rand::rng().random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_stays_below_its_cap() {
        let (base, cap) = (Duration::from_secs(1), Duration::from_secs(60));
        for misses in [1, 2, 6, 7, 31, 32, 33, u32::MAX] {
            let delays: Vec<Duration> = (0..1000).map(|_| delay(misses, base, cap)).collect();
            let bound = base.saturating_mul(2_u32.saturating_pow(misses - 1)).min(cap);
            assert!(delays.iter().all(|delay| (bound / 2..=bound).contains(delay)), "{misses}: {delays:?}");
            let upper = delays.iter().filter(|delay| **delay > bound / 4 * 3).count();
            assert!((1..1000).contains(&upper), "{misses}: all of a thousand are in one half");
        }
    }
}
