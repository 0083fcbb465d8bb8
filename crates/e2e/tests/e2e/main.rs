//! The platform on a real cluster. Run by `cargo xtask test`, which makes the cluster and says where it is.
//!
//! What needs a store of an engine has that engine's name in its path (`woocommerce::`, `medusa::`), so that it can be
//! left out by name where the engine cannot be had; what runs on the cluster as somebody else's is under `foreign::`.

mod foreign;
mod medusa;
mod platform;
mod reliability;
mod side_by_side;
mod woocommerce;
