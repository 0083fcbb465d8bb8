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

/// A dashboard with forty tiles asks forty things at once and then hardly anything; a loop without a pause is a bug.
const PER_SECOND: f64 = 50.0;
const BURST: f64 = 300.0;

/// One bucket for each caller. In this process only: with several replicas a caller gets as many times as much.
#[derive(Clone, Default)]
pub struct Limits {
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

pub async fn limit(
    State(limits): State<Limits>,
    Extension(caller): Extension<Caller>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    limits.take(&caller.0, Instant::now()).map_err(|wait| {
        let seconds = wait.as_secs() + 1;
        let detail = format!("more than {PER_SECOND} requests a second; go on in {seconds} s");
        Refused::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail)
            .retry_after(seconds)
    })?;
    Ok(next.run(request).await)
}

struct Bucket {
    drops: f64,
    filled: Instant,
}

impl Limits {
    /// An error says how long until the next drop.
    fn take(&self, caller: &str, now: Instant) -> Result<(), Duration> {
        // A thread that panicked here left numbers, and any numbers will do.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { drops: BURST, filled: now });
        let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.drops = (bucket.drops + since * PER_SECOND).min(BURST);
        bucket.filled = now;
        if bucket.drops < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.drops) / PER_SECOND));
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
        let limits = Limits::default();
        let start = Instant::now();
        for _ in 0..300 {
            limits.take("a", start).unwrap();
        }
        let wait = limits.take("a", start).unwrap_err();
        assert!(wait <= Duration::from_millis(20), "{wait:?}");
        limits.take("b", start).unwrap();
        limits.take("a", start + Duration::from_millis(21)).unwrap();
        limits.take("a", start + Duration::from_millis(21)).unwrap_err();
    }
}
