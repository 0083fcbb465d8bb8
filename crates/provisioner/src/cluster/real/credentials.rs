//! A store's passwords: minted once into Secrets that nobody can change, and read back ever after.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use secrecy::SecretString;
use store_model::{LOGIN_KEY, ReasonCode, SecretName, Store, StoreId};

use super::namespace::labels;
use super::{RealCluster, failed, refused, text};
use crate::cluster::{Credentials, LoginLink, Retry, StepError, secrets};

impl RealCluster {
    pub(super) async fn credentials_create(&self, store: &Store) -> Result<(), StepError> {
        for secret_name in SecretName::ALL {
            let name = secret_name.as_str();
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(name.to_owned()),
                    labels: Some(labels(store)),
                    ..ObjectMeta::default()
                },
                // The database was made with this password: another one in the Secret would lock the store out.
                immutable: Some(true),
                string_data: Some(secrets::mint(store, secret_name)),
                ..Secret::default()
            };
            match self.secrets(&store.id).create(&PostParams::default(), &secret).await {
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
        let mut data = BTreeMap::new();
        for name in secrets::read_for_owner(store) {
            data.insert(name, self.secret(store, name).await?);
        }
        secrets::for_owner(store, |secret, key| text(data.get(&secret)?, key))
            .map_err(|missing| failed(ReasonCode::Cluster, Retry::Later, missing))
    }

    pub(super) async fn login_link_sign(&self, store: &Store) -> Result<Option<LoginLink>, StepError> {
        let Some(path) = store.engine.spec().login_path else { return Ok(None) };
        let data = self.secret(store, SecretName::App).await?;
        // The Secrets of a store stay as they were made; one from before this key has none.
        let key = text(&data, LOGIN_KEY).map(SecretString::from);
        Ok(key.map(|key| LoginLink::signed(path, &store.id, &key, Timestamp::now())))
    }

    pub(super) async fn secret(
        &self,
        store: &Store,
        name: SecretName,
    ) -> Result<BTreeMap<String, ByteString>, StepError> {
        let secret = self.secrets(&store.id).get(name.as_str()).await;
        Ok(secret.map_err(|error| refused("read the credentials", error))?.data.unwrap_or_default())
    }

    pub(super) fn secrets(&self, id: &StoreId) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &id.namespace())
    }
}
