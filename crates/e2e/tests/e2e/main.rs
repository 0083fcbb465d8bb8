//! The platform on a real cluster. Run by `cargo xtask test`, which makes the cluster and says where it is.
//!
//! What needs a WooCommerce store is under `woocommerce::`, so that it can be left out by name where that engine cannot
//! be had; what runs on the cluster as somebody else's is under `foreign::`.

mod foreign;
mod platform;
mod woocommerce;
