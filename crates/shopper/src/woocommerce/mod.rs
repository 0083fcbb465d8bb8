//! WooCommerce: the guest by its Store API, the owner by its REST API v3.

pub mod admin;
pub mod guest;
pub mod proof;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::code;
use crate::{At, Refusal};

/// Takes an answer apart into what we need of it; what is missing is named.
fn read<T: DeserializeOwned>(at: At, body: Value) -> Result<T, Refusal> {
    serde_json::from_value(body)
        .map_err(|error| Refusal::ours(at, code::UNEXPECTED, format!("the shop's answer lacks something: {error}")))
}
