//! What the cluster holds of stores, whoever knows of it: counted from the watches' memory, described by the namespaces
//! themselves, and taken away only by UID.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim, Pod};
use kube::Api;
use kube::api::{DynamicObject, ListParams};
use kube::core::ApiResource;
use serde::Deserialize;
use store_model::orphans::{Extent, NamespaceFacts};
use store_model::values::StoreIdentity;
use store_model::{ReasonCode, SecretName, StoreId};

use super::namespace::{NAMESPACE_PREFIX, is_labelled};
use super::{RealCluster, failed, refused, text};
use crate::cluster::description::{ANNOTATION, Beside, Description};
use crate::cluster::{Census, NamespaceSighting, Removed, Retry, StepError};

/// What of a release's values tells of its store.
#[derive(Deserialize)]
struct Values {
    store: StoreIdentity,
    ingress: Host,
}

#[derive(Deserialize)]
struct Host {
    host: String,
}

impl RealCluster {
    pub(super) fn counted(&self) -> Result<Census, StepError> {
        // A shelf that is empty because nobody filled it yet would make every store an orphan.
        if !self.watches.are_ready() {
            let detail = "the cluster's objects are not listed yet";
            return Err(failed(ReasonCode::Cluster, Retry::Later, detail));
        }
        let mut census = Census::default();
        for name in self.watches.namespaces.places() {
            let Some(id) = store_of(&name) else { continue };
            let Some(namespace) = self.watches.namespaces.get(&name, &name) else { continue };
            if is_labelled(&namespace, &id) {
                census.namespaces.insert(id, self.sighting(&name, &namespace));
            }
        }
        for name in self.watches.volumes.places() {
            let Some(id) = store_of(&name) else { continue };
            census.volumes.insert(id, self.volumes(&name));
        }
        Ok(census)
    }

    fn sighting(&self, name: &str, namespace: &Namespace) -> NamespaceSighting {
        let claims = self.watches.claims.all(name).len();
        let (deployments, stateful_sets) =
            (self.watches.deployments.all(name).len(), self.watches.stateful_sets.all(name).len());
        let pods = self.watches.pods.all(name).len();
        let counted =
            [(claims, "volume claims"), (deployments, "Deployments"), (stateful_sets, "StatefulSets"), (pods, "pods")];
        let holds = counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what}: {count}"));
        NamespaceSighting {
            facts: NamespaceFacts {
                uid: namespace.metadata.uid.clone().unwrap_or_default(),
                terminating: namespace.metadata.deletion_timestamp.is_some(),
                claims,
                workloads: deployments + stateful_sets + pods,
            },
            holds: holds.collect(),
        }
    }

    /// Asked for and not from memory: this is for the few whose row is made again.
    pub(super) async fn described(&self, id: &StoreId) -> Result<Description, StepError> {
        let unknown = |why: String| failed(ReasonCode::Release, Retry::Never, why);
        let namespace = self.namespace_now(id).await?.filter(|namespace| is_labelled(namespace, id));
        let Some(namespace) = namespace else { return Err(unknown("it is not there any more".to_owned())) };
        if let Some(annotation) = namespace.metadata.annotations.as_ref().and_then(|all| all.get(ANNOTATION)) {
            return Description::of_annotation(id, annotation).map_err(unknown);
        }
        let lacks = || unknown(format!("it carries no annotation {ANNOTATION} and holds no release of a store"));
        let values = match self.release_values(id).await {
            Ok(values) => values.ok_or_else(lacks)?,
            // Nobody let us in before the database was lost: then no release was made either.
            Err(error) if error.retry == Retry::Never => {
                let lacks = format!("it carries no annotation {ANNOTATION}, and its release cannot be read");
                return Err(unknown(format!("{lacks}: {}", error.reason.detail)));
            }
            Err(error) => return Err(error),
        };
        let Values { store, ingress } = serde_json::from_value(values)
            .map_err(|error| unknown(format!("the values of its release are not a store's: {error}")))?;
        // The values leave the address to the Secret that the store was set up from.
        let app = self.secrets(id).get_opt(SecretName::App.as_str()).await;
        let app = app.map_err(|error| refused("read the credentials", error))?.and_then(|secret| secret.data);
        let admin_email = app.and_then(|data| text(&data, "admin-email"));
        Description::of_values(id, store, Beside { host: &ingress.host, admin_email }).map_err(unknown)
    }

    /// The last look before a namespace goes is at the API server itself, and at everything in it, labelled or not.
    pub(super) async fn orphan_remove(&self, id: &StoreId, uid: &str, extent: Extent) -> Result<Removed, StepError> {
        let there = self.namespace_now(id).await?;
        let Some(namespace) =
            there.filter(|namespace| is_labelled(namespace, id) && namespace.metadata.uid.as_deref() == Some(uid))
        else {
            return Ok(Removed::Gone);
        };
        if extent == Extent::Bare
            && let Some(what) = self.first_inside(id).await?
        {
            return Ok(Removed::Holds(what));
        }
        let there = self.inventory(id).await?;
        self.namespace_remove(&namespace).await?;
        Ok(Removed::Going(there))
    }

    async fn first_inside(&self, id: &StoreId) -> Result<Option<String>, StepError> {
        let kinds = [
            ApiResource::erase::<PersistentVolumeClaim>(&()),
            ApiResource::erase::<Pod>(&()),
            ApiResource::erase::<Deployment>(&()),
            ApiResource::erase::<StatefulSet>(&()),
        ];
        for kind in kinds {
            let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &id.namespace(), &kind);
            let list = api
                .list_metadata(&ListParams::default().limit(1))
                .await
                .map_err(|error| refused(&format!("list {}", kind.plural), error))?;
            if let Some(object) = list.items.into_iter().next() {
                return Ok(Some(format!("{}/{}", kind.kind, object.metadata.name.unwrap_or_default())));
            }
        }
        Ok(None)
    }
}

fn store_of(namespace: &str) -> Option<StoreId> {
    StoreId::parse(namespace.strip_prefix(NAMESPACE_PREFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store_model::Engine;

    use super::*;

    #[test]
    fn a_namespace_is_a_stores_by_its_name() {
        assert_eq!(store_of("store-sabcdefghijk").unwrap().as_str(), "sabcdefghijk");
        for other in ["store-platform", "kube-system", "store-", "sabcdefghijk"] {
            assert_eq!(store_of(other), None, "{other}");
        }
    }

    /// What Helm keeps of an installed store is enough to make its row again.
    #[test]
    fn the_values_of_a_release_describe_its_store() {
        let store = super::super::tests::store();
        for engine in Engine::ALL {
            let config = super::super::values::tests::config();
            let store = store_model::Store { engine, ..store.clone() };
            let values = super::super::values::store_values(&store, &config).unwrap();
            let values = serde_json::from_slice(&serde_json::to_vec(&values).unwrap()).unwrap();
            let Values { store: identity, ingress } = serde_json::from_value(values).unwrap();
            let beside = || Beside { host: &ingress.host, admin_email: Some("owner@example.com".to_owned()) };
            let read = Description::of_values(&store.id, identity.clone(), beside()).unwrap();
            let annotated = Description::of_annotation(&store.id, &Description::annotation(&store).unwrap()).unwrap();
            assert_eq!(read, annotated);
            let other = StoreId::parse("sbbbbbbbbbbb").unwrap();
            assert!(Description::of_values(&other, identity, beside()).is_err(), "another store's release");
        }
        assert!(serde_json::from_value::<Values>(json!({"replicas": 1})).is_err());
    }
}
