//! Where a test may stop this process: one point before and after each durable step. Compiled in by the feature
//! `faults` alone, which only the fault tests ask for; without it a point is nothing.
//!
//! Points are set by `FAILPOINTS`, as crate `fail` reads it: `deed.install-release.after=pause` or `5*off->pause`. Each
//! one that is passed writes a line `fault point` with its name to the log, so that a test knows when it is reached.

#[cfg(feature = "faults")]
mod on {
    /// Reads `FAILPOINTS`. Kept for as long as the process lives.
    pub fn start() {
        std::mem::forget(fail::FailScenario::setup());
    }

    pub async fn point(name: &str) {
        tracing::info!(point = name, "fault point");
        let name = name.to_owned();
        // A pause holds a thread: one of those that may be held.
        let evaluated = tokio::task::spawn_blocking(move || fail::eval(&name, |_| ())).await;
        if let Err(error) = evaluated {
            tracing::error!(%error, "a fault point panicked, as it was told");
        }
    }
}

#[cfg(not(feature = "faults"))]
mod on {
    pub fn start() {}

    pub async fn point(_name: &str) {}
}

pub use on::{point, start};
