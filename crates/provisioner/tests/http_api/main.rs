//! The API from the wire's side: every route, every refusal, on SQLite and a cluster in memory.

mod create;
mod edges;
mod events;
mod specification;
mod stores;
mod world;
