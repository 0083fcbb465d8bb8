//! The shop of a Medusa store. Pages are rendered here, from what Medusa's Store API says at that moment; this program
//! keeps nothing: the basket is Medusa's cart, its id a cookie.

mod assets;
pub mod backend;
pub mod config;
mod cookies;
mod guard;
mod id;
pub mod locale;
pub mod money;
mod pages;
mod shop;
pub mod texts;

use std::sync::Arc;

use axum::Router;

use config::Config;
use shop::Shop;

/// Everything that answers.
pub fn router(config: Config) -> anyhow::Result<Router> {
    let shop = Arc::new(Shop::new(config)?);
    guard::around(pages::router(), shop)
}
