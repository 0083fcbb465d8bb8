//! Buys from a store over HTTP as a guest would, and reads the order back as its owner would.
//!
//! Whoever wants to know whether a store sells asks here: the provisioner for its proof, the demo and the end-to-end
//! tests for a customer's order. Nothing here knows Kubernetes: where to dial is an argument.

mod browser;
mod dial;
mod engine;
mod html;
mod medusa;
mod oauth;
mod order;
mod proof;
mod refusal;
mod woocommerce;

use engine::Desk;
pub use engine::ShopKeys;
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

/// Places an order as a customer does, and confirms it with what a customer gets to see: through the storefront's pages
/// where the engine's shop is ours to serve, by the shop's API where it brings pages of its own.
pub async fn buy(shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
    engine::of(shop.engine).buy(shop, order).await
}

/// Places an order as a guest by the shop's API alone.
pub async fn buy_by_api(shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
    engine::of(shop.engine).buy_by_api(shop, order).await
}

/// What the engine wants of a store's credentials; `read` looks one up by its name.
pub fn keys(engine: Engine, read: impl Fn(&str) -> Option<SecretString> + Sync) -> Result<ShopKeys, Refusal> {
    engine::of(engine).keys(&read)
}

/// The whole proof: buys the proof's product, reads the order back as the owner, takes it away again, and checks that
/// the stock is what it was. What an earlier proof left behind when it was cut off goes first.
pub async fn prove(shop: &Shop, key: &AdminKey) -> Result<Proof, Refusal> {
    proof::prove(&admin(shop, key)?).await
}

/// The store's own admin API, as its owner.
pub fn admin(shop: &Shop, key: &AdminKey) -> Result<Admin, Refusal> {
    engine::of(shop.engine).desk(shop, key).map(Admin)
}

/// What the owner can ask.
pub struct Admin(Box<dyn Desk>);

impl Admin {
    /// `None` when the store knows no such order.
    pub async fn order_read(&self, id: &str) -> Result<Option<AdminOrder>, Refusal> {
        self.0.order_read(id).await
    }

    /// Cancels the order, so that the stock goes back, then deletes it for good. Medusa keeps customers' orders,
    /// cancelled; the proof's goes.
    pub async fn order_remove(&self, id: &str) -> Result<(), Refusal> {
        self.0.order_remove(id).await
    }

    /// Orders of one customer, newest first, at most a hundred.
    pub async fn orders_of(&self, email: &str) -> Result<Vec<AdminOrder>, Refusal> {
        self.0.orders_of(email).await
    }

    pub async fn product_by_sku(&self, sku: &str) -> Result<Option<AdminProduct>, Refusal> {
        self.0.product_by_sku(sku).await
    }

    async fn buy_proof(&self, order: &Order) -> Result<Receipt, Refusal> {
        self.0.buy_proof(order).await
    }
}

impl AdminKey {
    /// WooCommerce's pair.
    pub fn new(key: impl Into<SecretString>, secret: impl Into<SecretString>) -> AdminKey {
        AdminKey::Pair { key: key.into(), secret: secret.into() }
    }
}
