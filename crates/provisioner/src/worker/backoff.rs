use std::time::Duration;

use rand::RngExt;

/// Full jitter: anything up to the doubled wait. A thousand stores that failed together do not come back together.
pub(super) fn delay(misses: u32, base: Duration, cap: Duration) -> Duration {
    let longest = base.saturating_mul(2_u32.saturating_pow(misses.saturating_sub(1))).min(cap);
    longest.mul_f64(rand::rng().random_range(0.0..=1.0))
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
            assert!(delays.iter().all(|delay| *delay <= bound), "{misses}: {delays:?}");
            for quarter in 1..=4 {
                let within = |delay: &&Duration| (bound / 4 * (quarter - 1)..=bound / 4 * quarter).contains(*delay);
                let count = delays.iter().filter(within).count();
                assert!((150..350).contains(&count), "{misses}: {count} of a thousand are in quarter {quarter}");
            }
        }
    }
}
