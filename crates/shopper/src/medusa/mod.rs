//! Medusa: the guest by its Store API with a publishable key, the owner by its admin API.

pub mod admin;
pub mod guest;
mod money;

use crate::refusal::code;
use crate::{At, Refusal, Shop};

/// Every call of a guest's names the shop's sales channel by it.
const KEY_HEADER: &str = "x-publishable-api-key";

pub fn shop_key(shop: &Shop) -> Result<&str, Refusal> {
    shop.key.as_deref().ok_or_else(no_shop_key)
}

fn no_shop_key() -> Refusal {
    let message = "Medusa's shop API asks for the store's publishable key; it stands in the store's credentials";
    Refusal::ours(At::Door, code::NO_SHOP_KEY, message)
}
