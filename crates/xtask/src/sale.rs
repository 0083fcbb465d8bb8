//! A customer's order, placed as a guest through the store's public URL, and found again by the shop's admin.

use anyhow::{Context as _, Result};
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

/// The store as a customer reaches it.
pub fn shop(access: &Access, store: &StoreView) -> Result<shopper::Shop> {
    let mut trust = Vec::new();
    if let Some(path) = &access.authority {
        trust.push(std::fs::read(path).with_context(|| format!("read {}", path.display()))?);
    }
    Ok(shopper::Shop {
        public_url: store.url.parse().context("the store's URL")?,
        engine: store.engine,
        dial: shopper::Dial { address: access.ingress_address.clone(), trust },
        key: None,
    })
}

pub fn admin_key(credentials: &CredentialsView) -> shopper::AdminKey {
    shopper::AdminKey::new(credentials.consumer_key.clone(), credentials.consumer_secret.clone())
}
