//! The cluster taken as one that somebody else runs: images come from a registry, nothing is known of its processes.
//! Run by `cargo xtask test`, which starts the registry and puts the platform on the cluster from there.

mod woocommerce;
