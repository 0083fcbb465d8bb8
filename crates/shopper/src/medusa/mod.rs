//! Medusa: the customer by the storefront's pages, the guest by its Store API with a publishable key, the owner by its
//! admin API.

mod admin;
mod guest;
mod money;
mod pages;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use crate::dial::Http;
use crate::engine::{Desk, Lookup, ShopKeys, Trade, needed};
use crate::refusal::code;
use crate::{AdminKey, At, Order, Receipt, Refusal, Shop};

/// Every call of a guest's names the shop's sales channel by it.
const KEY_HEADER: &str = "x-publishable-api-key";

pub struct Medusa;

#[async_trait]
impl Trade for Medusa {
    fn keys(&self, read: Lookup<'_>) -> Result<ShopKeys, Refusal> {
        let shop = needed(read, "publishable-key")?.expose_secret().to_owned();
        Ok(ShopKeys { shop: Some(shop), admin: AdminKey::Secret(needed(read, "secret-key")?) })
    }

    async fn buy(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
        pages::buy(shop, order).await
    }

    async fn buy_by_api(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
        guest::buy(&Http::new(shop)?, shop_key(shop)?, order).await
    }

    fn desk(&self, shop: &Shop, key: &AdminKey) -> Result<Box<dyn Desk>, Refusal> {
        Ok(Box::new(admin::Admin::new(Http::new(shop)?, shop.key.clone(), key)?))
    }
}

fn shop_key(shop: &Shop) -> Result<&str, Refusal> {
    shop.key.as_deref().ok_or_else(no_shop_key)
}

fn no_shop_key() -> Refusal {
    let message = "Medusa's shop API asks for the store's publishable key; it stands in the store's credentials";
    Refusal::ours(At::Door, code::NO_SHOP_KEY, message)
}
