//! How long to wait before something that ended is started again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// What ran this long was well: the next end counts as the first.
const WELL: Duration = Duration::from_secs(30);

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Backoff {
    last: Option<Duration>,
}

impl Backoff {
    /// Twice as long each time, up to a limit; short again for what ran well.
    pub fn next(&mut self, ran: Duration) -> Duration {
        let pause = match self.last {
            Some(last) if ran < WELL => (last * 2).min(LONGEST),
            Some(_) | None => FIRST,
        };
        self.last = Some(pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_to_a_limit_and_forgives() {
        let mut backoff = Backoff::default();
        let quick = Duration::from_secs(1);
        let pauses: Vec<u128> = (0..8).map(|_| backoff.next(quick).as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        assert_eq!(backoff.next(WELL), FIRST);
        assert_eq!(backoff.next(quick), FIRST * 2);
    }
}
