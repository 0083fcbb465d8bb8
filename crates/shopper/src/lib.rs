//! Buys from a store over HTTP as a guest would, and reads the order back as its owner would.
//!
//! Whoever wants to know whether a store sells asks here: the provisioner for its proof, the demo and the end-to-end
//! tests for a customer's order. Nothing here knows Kubernetes: where to dial is an argument.

mod dial;
mod medusa;
mod oauth;
mod order;
mod proof;
mod refusal;
mod woocommerce;

pub use order::{AdminKey, AdminOrder, AdminProduct, Customer, Item, Order, Proof, Receipt, Wanted};
pub use refusal::{At, Refusal};

use secrecy::SecretString;
use store_model::Engine;
use url::Url;

/// The proof's product; never listed, and bought by nobody else.
pub const PROOF_SKU: &str = "store-platform-proof";
/// The proof's customer; the store delivers no mail to it.
pub const PROOF_EMAIL: &str = "proof@store-platform.invalid";

/// A store, and how to get to it.
#[derive(Clone, Debug)]
pub struct Shop {
    pub public_url: Url,
    pub engine: Engine,
    pub dial: Dial,
    /// What a visitor's calls carry: Medusa's publishable key. WooCommerce asks for none.
    pub key: Option<String>,
}

/// Where the connection goes. What the store sees (Host header, SNI, certificate) is always that of its public URL.
#[derive(Clone, Debug, Default)]
pub struct Dial {
    /// Host and port to connect to instead of the URL's own, e.g. the ingress controller's Service.
    pub address: Option<(String, u16)>,
    /// Certificates in PEM form to trust beside the public ones.
    pub trust: Vec<Vec<u8>>,
}

/// Places an order as a guest and confirms it with what a guest gets to see.
pub async fn buy(shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
    let http = dial::Http::new(shop)?;
    match shop.engine {
        Engine::Woocommerce => woocommerce::guest::buy(&http, order).await,
        Engine::Medusa => medusa::guest::buy(&http, medusa::shop_key(shop)?, order).await,
    }
}

/// The whole proof: buys the proof's product, reads the order back as the owner, takes it away again, and checks that
/// the stock is what it was. What an earlier proof left behind when it was cut off goes first.
pub async fn prove(shop: &Shop, key: &AdminKey) -> Result<Proof, Refusal> {
    proof::prove(&admin(shop, key)?).await
}

/// The store's own admin API, as its owner.
pub fn admin(shop: &Shop, key: &AdminKey) -> Result<Admin, Refusal> {
    let http = dial::Http::new(shop)?;
    Ok(Admin(match shop.engine {
        Engine::Woocommerce => Desk::Woocommerce(woocommerce::admin::Admin::new(http, key)?),
        Engine::Medusa => Desk::Medusa(medusa::admin::Admin::new(http, shop.key.clone(), key)?),
    }))
}

/// What the owner can ask.
pub struct Admin(Desk);

/// One for each engine.
enum Desk {
    Woocommerce(woocommerce::admin::Admin),
    Medusa(medusa::admin::Admin),
}

impl Admin {
    /// `None` when the store knows no such order.
    pub async fn order_read(&self, id: &str) -> Result<Option<AdminOrder>, Refusal> {
        match &self.0 {
            Desk::Woocommerce(desk) => desk.order_read(id).await,
            Desk::Medusa(desk) => desk.order_read(id).await,
        }
    }

    /// Cancels the order, so that the stock goes back, then deletes it for good. Medusa keeps customers' orders,
    /// cancelled; the proof's goes.
    pub async fn order_remove(&self, id: &str) -> Result<(), Refusal> {
        match &self.0 {
            Desk::Woocommerce(desk) => desk.order_remove(id).await,
            Desk::Medusa(desk) => desk.order_remove(id).await,
        }
    }

    /// Orders of one customer, newest first, at most a hundred.
    pub async fn orders_of(&self, email: &str) -> Result<Vec<AdminOrder>, Refusal> {
        match &self.0 {
            Desk::Woocommerce(desk) => desk.orders_of(email).await,
            Desk::Medusa(desk) => desk.orders_of(email).await,
        }
    }

    pub async fn product_by_sku(&self, sku: &str) -> Result<Option<AdminProduct>, Refusal> {
        match &self.0 {
            Desk::Woocommerce(desk) => desk.product_by_sku(sku).await,
            Desk::Medusa(desk) => desk.product_by_sku(sku).await,
        }
    }

    /// As a guest, by the door through which the proof's product is to be had.
    async fn buy_proof(&self, order: &Order) -> Result<Receipt, Refusal> {
        match &self.0 {
            Desk::Woocommerce(desk) => woocommerce::guest::buy(desk.http(), order).await,
            Desk::Medusa(desk) => desk.buy_proof(order).await,
        }
    }
}

impl AdminKey {
    /// WooCommerce's pair.
    pub fn new(key: impl Into<SecretString>, secret: impl Into<SecretString>) -> AdminKey {
        AdminKey::Pair { key: key.into(), secret: secret.into() }
    }
}
