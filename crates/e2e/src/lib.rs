//! What the tests on a real cluster stand on: where things are, a scene that cleans up after itself, and what is
//! printed when a test fails. The tests are in `tests/e2e`; `cargo xtask test` gives them their environment.

mod helm;
mod kubectl;
mod postmortem;
mod program;
mod scene;
mod store;
mod sweep;
mod visitor;
mod world;

pub use helm::Helm;
pub use kubectl::Kubectl;
pub use program::{Ended, Program};
pub use scene::{Scene, alone, beside_others, undisturbed};
pub use store::Store;
pub use sweep::{directories, leftovers, volumes};
pub use visitor::{Page, Trust, Visitor, open};
pub use world::{NAMESPACE, PROVISIONER, World};
