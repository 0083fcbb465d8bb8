//! The walkthroughs of ARCHITECTURE.md, each on SQLite and on PostgreSQL, with a cluster in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/relay.rs"]
mod relay;

mod accounts;
mod adopt;
mod audit;
mod claims;
mod crash;
mod create;
mod delete;
mod events;
mod failure;
mod idempotency;
mod metrics;
mod open;
mod orphans;
mod room;
mod shutdown;
mod silence;
mod stores;
mod versions;

/// Each named function is a test on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Kind::Sqlite).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Kind::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_both;
