//! A customer's order, placed as a guest through the store's public URL, and found again by the shop's admin.

use anyhow::{Context as _, Result};
use shopper::ShopKeys;
use store_api::{Client, ClientSettings, CredentialsView, StoreView};

use crate::target::Access;

/// How this machine talks to the API.
pub fn client(access: &Access, token: &str) -> Result<Client> {
    let authority = match &access.authority {
        Some(path) => Some(std::fs::read(path).with_context(|| format!("read {}", path.display()))?),
        None => None,
    };
    let settings = ClientSettings {
        base: access.api_url().parse().context("the API's URL")?,
        token: Some(token.to_owned().into()),
        ca_pem: authority,
    };
    Ok(Client::new(settings)?)
}

/// The store as a customer reaches it, with the key of its shop's API if it has one.
pub fn shop(access: &Access, store: &StoreView, keys: &ShopKeys) -> Result<shopper::Shop> {
    let mut trust = Vec::new();
    if let Some(path) = &access.authority {
        trust.push(std::fs::read(path).with_context(|| format!("read {}", path.display()))?);
    }
    Ok(shopper::Shop {
        public_url: store.url.parse().context("the store's URL")?,
        engine: store.engine,
        dial: shopper::Dial { address: access.ingress_address.clone(), trust },
        key: keys.shop.clone(),
    })
}

/// What of the store's credentials a shopper needs.
pub fn keys(store: &StoreView, credentials: &CredentialsView) -> Result<ShopKeys> {
    let keys = shopper::keys(store.engine, |name| credentials.key(name).map(|value| value.to_owned().into()));
    keys.context("what the store's credentials hold")
}
