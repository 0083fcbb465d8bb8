use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};

use super::auth::Caller;
use super::problem::Refused;

/// How much of something one caller gets. In this process only: with several replicas as many times as much.
#[derive(Clone)]
pub struct Limits {
    per_second: f64,
    burst: f64,
    what: &'static str,
    buckets: Arc<Mutex<Buckets>>,
}

pub async fn limit(
    State(limits): State<Limits>,
    caller: Option<Extension<Caller>>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    // What is open to everybody has limits of its own where it needs some.
    if let Some(Extension(caller)) = caller {
        limits.take(&caller.name)?;
    }
    Ok(next.run(request).await)
}

/// Names are made up by whoever asks, and may be long: kept are their digests, and those of a while.
#[derive(Default)]
struct Buckets {
    by_name: HashMap<[u8; 32], Bucket>,
    pruned: Option<Instant>,
}

struct Bucket {
    drops: f64,
    filled: Instant,
}

impl Limits {
    /// A dashboard with forty tiles asks forty things at once and then hardly anything; a loop without a pause is a bug.
    pub fn of_requests() -> Limits {
        Limits::new(50.0, 300.0, "requests")
    }

    pub fn new(per_second: f64, burst: f64, what: &'static str) -> Limits {
        Limits { per_second, burst, what, buckets: Arc::default() }
    }

    /// One of what the caller gets.
    pub fn take(&self, caller: &str) -> Result<(), Refused> {
        self.take_at(caller, Instant::now()).map_err(|wait| self.refused(wait))
    }

    /// Refuses as `take` would, and takes nothing. Of somebody new nothing is kept.
    pub fn look(&self, caller: &str) -> Result<(), Refused> {
        let now = Instant::now();
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let drops = buckets.by_name.get(&digest(caller)).map_or(self.burst, |bucket| self.drops(bucket, now));
        self.enough(drops).map_err(|wait| self.refused(wait))
    }

    /// An error says how long until the next drop.
    fn take_at(&self, caller: &str, now: Instant) -> Result<(), Duration> {
        // A thread that panicked here left numbers, and any numbers will do.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        self.prune(&mut buckets, now);
        let bucket = buckets.by_name.entry(digest(caller)).or_insert(Bucket { drops: self.burst, filled: now });
        bucket.drops = self.drops(bucket, now);
        bucket.filled = now;
        self.enough(bucket.drops)?;
        bucket.drops -= 1.0;
        Ok(())
    }

    /// Nobody's bucket takes longer to fill than this. One that was left alone for so long is full and says nothing; letting go
    /// of those once in that time keeps no more names than come within twice of it, and costs each a constant.
    fn prune(&self, buckets: &mut Buckets, now: Instant) {
        let fills = Duration::from_secs_f64(self.burst / self.per_second);
        let pruned = *buckets.pruned.get_or_insert(now);
        if now.saturating_duration_since(pruned) < fills {
            return;
        }
        buckets.by_name.retain(|_, bucket| now.saturating_duration_since(bucket.filled) < fills);
        buckets.pruned = Some(now);
    }

    fn drops(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
        (bucket.drops + since * self.per_second).min(self.burst)
    }

    fn enough(&self, drops: f64) -> Result<(), Duration> {
        if drops < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - drops) / self.per_second));
        }
        Ok(())
    }

    fn refused(&self, wait: Duration) -> Refused {
        let seconds = wait.as_secs() + 1;
        let detail = format!("too many {}; go on in {seconds} s", self.what);
        Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail)
            .retry_after(seconds)
    }
}

fn digest(caller: &str) -> [u8; 32] {
    Sha256::digest(caller.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_then_the_rate_holds_and_callers_do_not_share() {
        let limits = Limits::of_requests();
        let start = Instant::now();
        for _ in 0..300 {
            limits.take_at("a", start).unwrap();
        }
        let wait = limits.take_at("a", start).unwrap_err();
        assert!(wait <= Duration::from_millis(20), "{wait:?}");
        limits.take_at("b", start).unwrap();
        limits.take_at("a", start + Duration::from_millis(21)).unwrap();
        limits.take_at("a", start + Duration::from_millis(21)).unwrap_err();
    }

    #[test]
    fn a_flood_of_names_is_forgotten_as_fast_as_it_comes() {
        let limits = Limits::new(1.0, 10.0, "tries");
        let start = Instant::now();
        let mut most = 0;
        for millis in 0..100_000 {
            limits.take_at(&millis.to_string(), start + Duration::from_millis(millis)).unwrap();
            most = most.max(limits.buckets.lock().unwrap().by_name.len());
        }
        assert!(
            most <= 20_000,
            "{most} names, and 1000 a second for twice the 10 s that a bucket takes to fill are 20,000"
        );
        // Who goes on is not forgotten by it.
        let flooded = start + Duration::from_secs(100);
        for _ in 0..10 {
            limits.take_at("guesser", flooded).unwrap();
        }
        for second in 1..100 {
            let now = flooded + Duration::from_secs(second);
            limits.take_at("guesser", now).unwrap();
            limits.take_at("guesser", now).unwrap_err();
        }
    }

    #[test]
    fn a_look_takes_nothing_and_keeps_nothing() {
        let limits = Limits::new(0.001, 1.0, "tries");
        for _ in 0..3 {
            limits.look("a").unwrap();
        }
        assert!(limits.buckets.lock().unwrap().by_name.is_empty());
        limits.take("a").unwrap();
        limits.look("a").unwrap_err();
        limits.look("b").unwrap();
    }
}
