//! The platform itself; no store is made.

mod api;
mod https;
mod rights;
