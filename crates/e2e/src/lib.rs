//! What the tests on a real cluster stand on: where things are, a scene that cleans up after itself, and what is
//! printed when a test fails. The tests are in `tests/e2e`; `cargo xtask test` gives them their environment.

pub mod customers;
pub mod desk;
mod helm;
pub mod hidden;
mod keys;
mod kubectl;
pub mod lab;
mod node;
mod postmortem;
mod process;
mod program;
mod provisioner;
pub mod purchase;
pub mod ready;
mod removal;
pub mod restart;
mod scene;
pub mod snapshot;
mod store;
mod sweep;
mod upload;
mod visitor;
pub mod walls;
mod world;

pub use helm::Helm;
pub use keys::Keys;
pub use kubectl::Kubectl;
pub use node::Node;
pub use process::{Process, is_program, process_of};
pub use program::{Ended, Program};
pub use provisioner::Provisioner;
pub use removal::Footprint;
pub use scene::{Scene, alone, beside_others, undisturbed};
pub use store::Store;
pub use sweep::{directories, leftovers, volumes};
pub use upload::{PIXEL, Upload};
pub use visitor::{Page, Trust, Visitor, open};
pub use world::{NAMESPACE, PROVISIONER, World};
