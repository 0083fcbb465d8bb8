//! The API token's Secret: minted at the first start and never overwritten.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use secrecy::{ExposeSecret, SecretString};

use super::{RealCluster, text};

const KEY: &str = "token";

impl RealCluster {
    /// Reads the token, or writes `fresh` where there is none. Of two replicas that start together one wins, and both
    /// read the winner's.
    pub async fn api_token(&self, namespace: &str, name: &str, fresh: &SecretString) -> anyhow::Result<SecretString> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
        let read = || async { secrets.get_opt(name).await.with_context(|| format!("read Secret {namespace}/{name}")) };
        let secret = if let Some(secret) = read().await? {
            secret
        } else {
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(name.to_owned()),
                    labels: Some(BTreeMap::from([(
                        "app.kubernetes.io/part-of".to_owned(),
                        "store-platform".to_owned(),
                    )])),
                    ..ObjectMeta::default()
                },
                string_data: Some(BTreeMap::from([(KEY.to_owned(), fresh.expose_secret().to_owned())])),
                ..Secret::default()
            };
            match secrets.create(&PostParams::default(), &secret).await {
                Ok(_) => tracing::info!(namespace, name, "minted the API token"),
                Err(kube::Error::Api(status)) if status.code == 409 => {}
                Err(error) => return Err(error).with_context(|| format!("create Secret {namespace}/{name}")),
            }
            read().await?.with_context(|| format!("Secret {namespace}/{name} went away; start again"))?
        };
        match text(&secret.data.unwrap_or_default(), KEY) {
            Some(token) if !token.is_empty() => Ok(token.into()),
            _ => bail!(
                "Secret {namespace}/{name} holds no key {KEY}: delete the Secret to have one minted, or put it in"
            ),
        }
    }
}
