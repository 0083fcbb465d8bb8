//! The charts, as `helm template` renders them: no cluster needed. Cases, expectations and refusals are files under
//! `tests/charts`; `UPDATE_EXPECTED=1` rewrites what is expected.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

mod agreement;
mod files;
mod flows;
mod golden;
mod helm;
mod isolation;
mod kubernetes;
mod lint;
mod quota;
mod rights;
mod routes;
mod tree;
mod used;
mod waiting;
mod waits;
mod words;
