//! The log of a process, line by line as it is written.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::Value;
use tokio::sync::watch;

pub struct Log {
    lines: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
}

impl Default for Log {
    fn default() -> Log {
        Log { lines: Mutex::default(), count: watch::channel(0).0 }
    }
}

impl Log {
    pub(crate) fn push(&self, line: String) {
        let count = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line);
            lines.len()
        };
        self.count.send_replace(count);
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn count(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        self.lines().iter().filter_map(|line| serde_json::from_str(line).ok()).filter(|line| wanted(line)).count()
    }

    /// The first line that is wanted, written already or to come.
    pub async fn line(&self, what: &str, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        self.nth(what, patience, 1, wanted).await
    }

    /// The nth of the lines that are wanted, counted from the first line of all.
    pub async fn nth(
        &self,
        what: &str,
        patience: Duration,
        nth: usize,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let mut count = self.count.subscribe();
        let search = async {
            let (mut read, mut found) = (0, 0);
            loop {
                count.borrow_and_update();
                let fresh = self.lines().split_off(read);
                read += fresh.len();
                for line in fresh.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                    found += usize::from(wanted(&line));
                    if found == nth {
                        return line;
                    }
                }
                // The sender lives in `self`.
                let _never = count.changed().await;
            }
        };
        tokio::time::timeout(patience, search).await.map_err(|_| {
            anyhow!("the log does not say {what} in {} s; its last lines:\n{}", patience.as_secs(), self.tail(15))
        })
    }

    pub fn tail(&self, count: usize) -> String {
        let lines = self.lines();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}
