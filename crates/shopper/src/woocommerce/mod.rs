//! WooCommerce: the guest by its Store API, the owner by its REST API v3.

mod admin;
mod guest;

use async_trait::async_trait;

use crate::dial::Http;
use crate::engine::{Desk, Lookup, ShopKeys, Trade, needed};
use crate::{AdminKey, Order, Receipt, Refusal, Shop};

pub struct Woocommerce;

#[async_trait]
impl Trade for Woocommerce {
    fn keys(&self, read: Lookup<'_>) -> Result<ShopKeys, Refusal> {
        let admin = AdminKey::new(needed(read, "consumer-key")?, needed(read, "consumer-secret")?);
        Ok(ShopKeys { shop: None, admin })
    }

    /// Its own pages need JavaScript at the checkout, and that calls this API.
    async fn buy(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
        self.buy_by_api(shop, order).await
    }

    async fn buy_by_api(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
        guest::buy(&Http::new(shop)?, order).await
    }

    fn desk(&self, shop: &Shop, key: &AdminKey) -> Result<Box<dyn Desk>, Refusal> {
        Ok(Box::new(admin::Admin::new(Http::new(shop)?, key)?))
    }
}
