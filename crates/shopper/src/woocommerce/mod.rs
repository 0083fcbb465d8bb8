//! WooCommerce: the guest by its Store API, the owner by its REST API v3.

pub mod admin;
pub mod guest;
