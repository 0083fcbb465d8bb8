//! A real one-node Kubernetes for people without Docker: build, up, down.
//!
//! `up` builds the programs (once), starts a supervisor that outlives it, and waits until everything in the cluster is
//! ready; `down` takes all of it away. See docs/local-cluster.md.

pub mod progress;

mod addons;
mod backoff;
mod binaries;
mod cidr;
mod cluster;
mod components;
mod control_group;
mod down;
mod forward;
mod image;
mod kernel;
mod network;
mod node;
mod node_config;
mod packages;
mod pki;
mod readiness;
mod resolver;
mod settings;
mod space;
mod status;
mod supervisor;
mod turns;
mod up;

pub use binaries::{Binaries, build, build_registry};
pub use cluster::Cluster;
pub use down::down;
pub use packages::{debian_packages, ensure_packages};
pub use settings::{DEFAULT_NAME, Settings};
pub use status::{Component, Status, status};
pub use supervisor::supervise;
pub use up::up;
