//! The customer's side. No node runs here, so no shop does: the till answers what the provisioner's proof asks of a
//! WooCommerce shop, with stock and orders of its own for each host, as a node's and a pod's status are the test's too.
//! The proof is the provisioner's real one; that real shops pass it is what `crates/e2e` shows.

mod shop;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

pub use shop::Shop;

/// What the shop behind a host is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Sells,
    /// Every call is answered with a 500, as by a shop whose database is away.
    Broken,
    /// No call is ever answered.
    Hangs,
    /// The order is taken, and the stock stays as it was.
    Forgets,
}

#[derive(Clone)]
pub struct Till {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shops: HashMap<String, Shop>,
    moods: HashMap<String, Mood>,
}

/// Longer than any patience of the provisioner's, and still an end: the task must not live for ever.
const NEVER: Duration = Duration::from_mins(10);

impl Till {
    pub async fn start() -> Result<Till> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let router = Router::new()
            .route("/wp-json/wc/store/v1/cart", get(shop::cart))
            .route("/wp-json/wc/store/v1/cart/add-item", post(shop::cart))
            .route("/wp-json/wc/store/v1/cart/update-customer", post(shop::cart))
            .route("/wp-json/wc/store/v1/checkout", post(shop::checkout))
            .route("/wp-json/wc/store/v1/order/{id}", get(shop::confirmation))
            .route("/wp-json/wc/v3/orders", get(shop::orders))
            .route("/wp-json/wc/v3/orders/{id}", get(shop::order).put(shop::cancel).delete(shop::remove))
            .route("/wp-json/wc/v3/products", get(shop::products))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Till { address, shared })
    }

    pub fn mood(&self, host: &str, mood: Mood) {
        self.shared.state().moods.insert(host.to_owned(), mood);
    }

    /// What is known of a host's shop by now.
    pub fn shop(&self, host: &str) -> Shop {
        self.shared.state().shops.get(host).cloned().unwrap_or_default()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
