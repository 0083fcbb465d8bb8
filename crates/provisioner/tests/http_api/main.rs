//! The API from the wire's side: every route, every refusal, on SQLite and a cluster in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

mod accounts;
mod compress;
mod create;
mod doctor;
mod edges;
mod events;
mod login;
mod logs;
mod policy;
mod revoke;
mod specification;
mod stores;
mod world;
