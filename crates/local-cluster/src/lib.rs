//! A real one-node Kubernetes for people without Docker: build, up, down.

pub mod progress;
