//! The time by which Kubernetes dates what it says. This machine's own clock may be an hour off, and a pod that has just
//! become unschedulable would look an hour old.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::{HeaderMap, header};
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

/// Kept right by the `Date` of each answer of the API server: to a second, and its ages are compared with tens of them.
#[derive(Debug, Default)]
pub struct Clock {
    /// How much later it is there.
    ahead_ms: AtomicI64,
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        let here = Timestamp::now();
        here.checked_add(ahead).unwrap_or(here)
    }

    /// An answer without a date, or with one that cannot be read, changes nothing.
    pub fn hear(&self, answer: &HeaderMap) {
        let date = answer.get(header::DATE).and_then(|date| date.to_str().ok());
        let Some(there) = date.and_then(|date| rfc2822::parse(date).ok()) else { return };
        let ahead = there.timestamp().duration_since(Timestamp::now());
        self.ahead_ms.store(i64::try_from(ahead.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_time_is_that_of_the_last_answer() {
        let there = Timestamp::now() - SignedDuration::from_hours(1);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let (mut caller, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            assert!(caller.read(&mut asked).await.unwrap() > 0, "nothing was asked");
            let date = there.strftime("%a, %d %b %Y %H:%M:%S GMT");
            let answer = format!("HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: 2\r\n\r\n{{}}");
            caller.write_all(answer.as_bytes()).await.unwrap();
        });
        let clock = Arc::new(Clock::default());
        let client = super::super::client(kube::Config::new(server), &clock).unwrap();
        client.request_text(axum::http::Request::get("/version").body(Vec::new()).unwrap()).await.unwrap();
        let off = clock.now().duration_since(there).abs();
        assert!(off < SignedDuration::from_mins(1), "{off}");
    }
}
