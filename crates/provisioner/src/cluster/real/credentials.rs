//! A store's passwords: minted once into Secrets that nobody can change, and read back ever after.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use rand::RngExt;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::SecretString;
use store_model::values::{APP_SECRET, DATABASE_SECRET};
use store_model::{ReasonCode, Store};

use super::namespace::labels;
use super::{RealCluster, failed, refused, text};
use crate::cluster::{Credentials, Retry, StepError};

/// 24 of 62 characters are 142 bits; alphanumeric, so that no URL, shell or DSN reads one of them as its own.
const PASSWORD_LENGTH: usize = 24;
/// As long as WordPress' own generator makes its salts.
const SALT_LENGTH: usize = 64;
/// WooCommerce's keys are a prefix and 20 bytes in hex.
const CONSUMER_KEY_BYTES: usize = 20;

const SALTS: [&str; 8] = [
    "auth-key",
    "secure-auth-key",
    "logged-in-key",
    "nonce-key",
    "auth-salt",
    "secure-auth-salt",
    "logged-in-salt",
    "nonce-salt",
];

/// Names of the Secrets that must be there before Helm runs.
pub const NAMES: [&str; 2] = [DATABASE_SECRET, APP_SECRET];

impl RealCluster {
    pub(super) async fn credentials_create(&self, store: &Store) -> Result<(), StepError> {
        for (name, data) in [(DATABASE_SECRET, database()), (APP_SECRET, app(&store.settings.admin_email))] {
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(name.to_owned()),
                    labels: Some(labels(store)),
                    ..ObjectMeta::default()
                },
                // The database was made with this password: another one in the Secret would lock the store out.
                immutable: Some(true),
                string_data: Some(data),
                ..Secret::default()
            };
            match self.secrets(store).create(&PostParams::default(), &secret).await {
                Ok(_) => {}
                // Minted before, perhaps by a process that died then; those are the store's.
                Err(kube::Error::Api(status)) if status.code == 409 => {}
                // A RoleBinding that was made a moment ago: not every API server knows it yet.
                Err(kube::Error::Api(status)) if status.code == 403 => {
                    return Err(failed(
                        ReasonCode::Cluster,
                        Retry::Later,
                        format!("create {name}: {}", status.message),
                    ));
                }
                Err(error) => return Err(refused(&format!("create {name}"), error)),
            }
        }
        Ok(())
    }

    pub(super) async fn credentials_read(&self, store: &Store) -> Result<Credentials, StepError> {
        let secret =
            self.secrets(store).get(APP_SECRET).await.map_err(|error| refused("read the credentials", error))?;
        let data = secret.data.unwrap_or_default();
        let value = |key: &str| {
            text(&data, key)
                .ok_or_else(|| failed(ReasonCode::Cluster, Retry::Later, format!("Secret {APP_SECRET} holds no {key}")))
        };
        Ok(Credentials {
            admin_user: value("admin-user")?,
            admin_password: SecretString::from(value("admin-password")?),
            consumer_key: SecretString::from(value("consumer-key")?),
            consumer_secret: SecretString::from(value("consumer-secret")?),
        })
    }

    pub(super) fn secrets(&self, store: &Store) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &store.id.namespace())
    }
}

fn database() -> BTreeMap<String, String> {
    ["root-password", "password"].map(|key| (key.to_owned(), random(PASSWORD_LENGTH))).into()
}

fn app(admin_email: &str) -> BTreeMap<String, String> {
    let mut data: BTreeMap<String, String> = SALTS.map(|key| (key.to_owned(), random(SALT_LENGTH))).into();
    data.insert("admin-user".to_owned(), "admin".to_owned());
    data.insert("admin-email".to_owned(), admin_email.to_owned());
    data.insert("admin-password".to_owned(), random(PASSWORD_LENGTH));
    for (key, prefix) in [("consumer-key", "ck_"), ("consumer-secret", "cs_")] {
        let bytes: [u8; CONSUMER_KEY_BYTES] = rand::rng().random();
        data.insert(key.to_owned(), format!("{prefix}{}", hex::encode(bytes)));
    }
    data
}

fn random(length: usize) -> String {
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_the_chart_reads_is_minted_and_no_two_stores_share_one() {
        let (one, other) = (app("a@b.example"), app("a@b.example"));
        assert_eq!(one.len(), SALTS.len() + 5);
        for (key, value) in &one {
            if key == "admin-user" || key == "admin-email" {
                continue;
            }
            assert_ne!(value, &other[key], "{key}");
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{key}");
        }
        assert_eq!(one["consumer-key"].len(), 43);
        assert!(one["consumer-secret"].starts_with("cs_"));
        assert_ne!(database()["root-password"], database()["password"]);
    }
}
