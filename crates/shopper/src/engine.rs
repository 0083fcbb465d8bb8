//! What an engine's module can do. Who asks knows the engine's name only.

use async_trait::async_trait;
use secrecy::SecretString;
use store_model::Engine;

use crate::refusal::code;
use crate::{AdminKey, AdminOrder, AdminProduct, At, Order, Receipt, Refusal, Shop, medusa, woocommerce};

/// What a store's credentials hold for whoever buys there and looks after it.
#[derive(Clone, Debug)]
pub struct ShopKeys {
    /// What a visitor's calls carry, for `Shop::key`.
    pub shop: Option<String>,
    pub admin: AdminKey,
}

/// A value of the store's credentials by its name, if they hold one.
pub type Lookup<'a> = &'a (dyn Fn(&str) -> Option<SecretString> + Sync);

/// One module an engine: its shop and its admin API.
#[async_trait]
pub trait Trade: Sync {
    fn keys(&self, read: Lookup<'_>) -> Result<ShopKeys, Refusal>;

    /// As a customer does it.
    async fn buy(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal>;

    /// By the shop's API, as a storefront of somebody else's would.
    async fn buy_by_api(&self, shop: &Shop, order: &Order) -> Result<Receipt, Refusal>;

    fn desk(&self, shop: &Shop, key: &AdminKey) -> Result<Box<dyn Desk>, Refusal>;
}

/// The owner's side of a shop. `Admin` says what each of them means.
#[async_trait]
pub trait Desk: Send + Sync {
    async fn order_read(&self, id: &str) -> Result<Option<AdminOrder>, Refusal>;
    async fn order_remove(&self, id: &str) -> Result<(), Refusal>;
    async fn orders_of(&self, email: &str) -> Result<Vec<AdminOrder>, Refusal>;
    async fn product_by_sku(&self, sku: &str) -> Result<Option<AdminProduct>, Refusal>;

    /// As a guest, by the door through which the proof's product is to be had.
    async fn buy_proof(&self, order: &Order) -> Result<Receipt, Refusal>;
}

/// The one place that knows which modules there are.
pub fn of(engine: Engine) -> &'static dyn Trade {
    match engine {
        Engine::Woocommerce => &woocommerce::Woocommerce,
        Engine::Medusa => &medusa::Medusa,
    }
}

/// A value that the engine can't do without.
pub fn needed(read: Lookup<'_>, name: &str) -> Result<SecretString, Refusal> {
    read(name).ok_or_else(|| {
        let message = format!("the store's credentials hold no '{name}'; they were made for another engine or version");
        Refusal::ours(At::Door, code::NO_KEY, message)
    })
}
