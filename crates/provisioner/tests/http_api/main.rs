//! The API from the wire's side: every route, every refusal, on SQLite (what the two databases differ in: on PostgreSQL too) and a
//! cluster in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

mod accounts;
mod compress;
mod create;
mod doctor;
mod edges;
mod events;
mod login;
mod logs;
mod nul;
mod policy;
#[path = "../support/postgres.rs"]
mod postgres;
mod revoke;
mod specification;
mod stores;
mod tries;
mod world;
