//! What opens a store: to its owner, and to whoever shops there.

use anyhow::{Context as _, Result, bail};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use shopper::{AdminKey, ShopKeys};
use store_api::CredentialsView;

#[derive(Clone)]
pub struct Keys {
    /// As the API shows them to the owner.
    pub credentials: CredentialsView,
    /// What the engine's own module makes of them.
    pub shop: ShopKeys,
}

impl Keys {
    pub(crate) fn new(engine: store_model::Engine, credentials: CredentialsView) -> Result<Keys> {
        let shop =
            shopper::keys(engine, |name| credentials.key(name).map(|value| SecretString::from(value.to_owned())));
        Ok(Keys { shop: shop.context("what the credentials hold for a shopper")?, credentials })
    }

    /// One of the keys that the owner is shown, by its name.
    pub fn shown(&self, name: &str) -> Result<&str> {
        self.credentials.key(name).with_context(|| format!("the credentials show no {name}"))
    }

    /// A call to the store's own admin API, as its owner.
    pub fn authorize(&self, request: RequestBuilder) -> Result<RequestBuilder> {
        Ok(match &self.shop.admin {
            AdminKey::Pair { key, secret } => request.basic_auth(key.expose_secret(), Some(secret.expose_secret())),
            AdminKey::Secret(key) => request.basic_auth(key.expose_secret(), Some("")),
            AdminKey::Login { .. } => bail!("a platform's key, and not the owner's password, opens the admin API"),
        })
    }
}
