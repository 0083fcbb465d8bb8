use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::auth::Caller;
use super::problem::Refused;

/// How much of something one caller gets. In this process only: with several replicas as many times as much.
#[derive(Clone)]
pub struct Limits {
    per_second: f64,
    burst: f64,
    what: &'static str,
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

const BUCKETS_MAX: usize = 10_000;

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

struct Bucket {
    drops: f64,
    filled: Instant,
}

impl Limits {
    /// A dashboard with forty tiles asks forty things at once and then hardly anything; a loop without a pause is a bug.
    pub fn of_requests() -> Limits {
        Limits::new(50.0, 300.0, "requests")
    }

    /// A person mistypes a few times; who goes on is guessing. Ten at once, then one in six seconds.
    pub fn of_sign_ins() -> Limits {
        Limits::new(1.0 / 6.0, 10.0, "tries to sign in")
    }

    fn new(per_second: f64, burst: f64, what: &'static str) -> Limits {
        Limits { per_second, burst, what, buckets: Arc::default() }
    }

    /// One of what the caller gets.
    pub fn take(&self, caller: &str) -> Result<(), Refused> {
        self.take_at(caller, Instant::now()).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            let detail = format!("too many {}; go on in {seconds} s", self.what);
            Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail)
                .retry_after(seconds)
        })
    }

    /// An error says how long until the next drop.
    fn take_at(&self, caller: &str, now: Instant) -> Result<(), Duration> {
        // A thread that panicked here left numbers, and any numbers will do.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // Names are made up by whoever asks: the full buckets say nothing, and are let go of.
        if buckets.len() > BUCKETS_MAX {
            let full = |bucket: &Bucket| {
                let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
                bucket.drops + since * self.per_second >= self.burst
            };
            buckets.retain(|_, bucket| !full(bucket));
        }
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { drops: self.burst, filled: now });
        let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.drops = (bucket.drops + since * self.per_second).min(self.burst);
        bucket.filled = now;
        if bucket.drops < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.drops) / self.per_second));
        }
        bucket.drops -= 1.0;
        Ok(())
    }
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
}
