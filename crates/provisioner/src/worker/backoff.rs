use std::time::Duration;

use rand::RngExt;

/// Full jitter: anything from nothing to the doubled wait, so that a thousand stores that failed together do not come
/// back together.
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
            let longest = (0..1000).map(|_| delay(misses, base, cap)).max().unwrap();
            let bound = base.saturating_mul(2_u32.saturating_pow(misses - 1)).min(cap);
            assert!(longest <= bound, "{misses}: {longest:?}");
            assert!(longest > bound / 2, "{misses}: of a thousand, one is in the upper half; got {longest:?}");
        }
    }
}
