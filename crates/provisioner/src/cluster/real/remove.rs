//! Taking a store away: what there was, what is stuck, and that nothing is left.

use k8s_openapi::api::core::v1::{PersistentVolume, Pod};
use kube::Api;
use kube::api::{DeleteParams, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use store_model::{Store, StoreId};

use super::namespace::LABEL_ID;
use super::{RealCluster, refused};
use crate::cluster::StepError;

/// What a store is made of, for the owner's answer; pods and jobs follow from these.
const KINDS: [(&str, &str, &str); 12] = [
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("batch", "v1", "CronJob"),
    ("", "v1", "Service"),
    ("", "v1", "ConfigMap"),
    ("", "v1", "Secret"),
    ("", "v1", "PersistentVolumeClaim"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("networking.k8s.io", "v1", "NetworkPolicy"),
    ("gateway.networking.k8s.io", "v1", "HTTPRoute"),
    ("", "v1", "ResourceQuota"),
    ("", "v1", "LimitRange"),
];

/// Kinds that may be listed in the whole cluster, to find what carries a store's id outside its namespace.
const EVERYWHERE: [(&str, &str, &str); 7] = [
    ("", "v1", "Namespace"),
    ("", "v1", "PersistentVolume"),
    ("", "v1", "PersistentVolumeClaim"),
    ("", "v1", "Pod"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("networking.k8s.io", "v1", "Ingress"),
];

impl RealCluster {
    /// Kinds and names of all that the store has in the cluster.
    pub(super) async fn inventory(&self, id: &StoreId) -> Result<Vec<String>, StepError> {
        let namespace = id.namespace();
        let mut there = Vec::new();
        for kind in KINDS {
            let resource = resource(kind);
            let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &namespace, &resource);
            let names = match api.list_metadata(&ListParams::default()).await {
                Ok(list) => list.items.into_iter().filter_map(|object| object.metadata.name).collect(),
                // The kind does not exist in this cluster, or our access was never granted: then nothing is inside.
                Err(kube::Error::Api(status)) if matches!(status.code, 403 | 404) => Vec::new(),
                Err(error) => return Err(refused(&format!("list {}", resource.plural), error)),
            };
            let lasting = names.into_iter().filter(|name| !comes_by_itself(name));
            there.extend(lasting.map(|name| format!("{}/{name}", resource.kind)));
        }
        there.extend(self.volumes(&namespace).into_iter().map(|name| format!("PersistentVolume/{name}")));
        there.push(format!("Namespace/{namespace}"));
        Ok(there)
    }

    /// Deletes the pods that cannot get ready, so that Kubernetes tries anew at once.
    pub(super) async fn broken_restart(&self, store: &Store) -> Result<(), StepError> {
        let namespace = store.id.namespace();
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &namespace);
        for name in self.surroundings(&namespace, self.clock.now()).broken_pods(store) {
            match pods.delete(&name, &DeleteParams::default()).await {
                Ok(_) => {}
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(refused("restart a pod", error)),
            }
        }
        Ok(())
    }

    /// Everything in the cluster that carries the store's id, and every volume of its claims. A deletion is done when
    /// this is empty.
    pub(super) async fn left_behind(&self, id: &StoreId) -> Result<Vec<String>, StepError> {
        let mut left = Vec::new();
        let selector = ListParams::default().labels(&format!("{LABEL_ID}={id}"));
        for kind in EVERYWHERE {
            let resource = resource(kind);
            let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource);
            let list = api
                .list_metadata(&selector)
                .await
                .map_err(|error| refused(&format!("list {}", resource.plural), error))?;
            left.extend(
                list.items
                    .into_iter()
                    .filter_map(|object| object.metadata.name.map(|name| format!("{}/{name}", resource.kind))),
            );
        }
        let namespace = id.namespace();
        let volumes: Api<PersistentVolume> = Api::all(self.client.clone());
        let volumes = volumes.list(&ListParams::default()).await.map_err(|error| refused("list the volumes", error))?;
        left.extend(volumes.items.into_iter().filter_map(|volume| {
            let claim = volume.spec?.claim_ref?;
            (claim.namespace.as_deref() == Some(&namespace)).then_some(())?;
            volume.metadata.name.map(|name| format!("PersistentVolume/{name}"))
        }));
        left.sort();
        left.dedup();
        Ok(left)
    }
}

fn resource((group, version, kind): (&str, &str, &str)) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

/// Kubernetes and Helm put these into a namespace by themselves.
fn comes_by_itself(name: &str) -> bool {
    name == "kube-root-ca.crt" || name.starts_with("sh.helm.release.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_the_api() {
        let plurals: Vec<String> = KINDS.into_iter().map(|kind| resource(kind).plural).collect();
        for plural in ["networkpolicies", "ingresses", "httproutes", "persistentvolumeclaims", "resourcequotas"] {
            assert!(plurals.iter().any(|is| is == plural), "{plural} in {plurals:?}");
        }
    }

    #[test]
    fn what_kubernetes_makes_itself_is_not_the_stores() {
        assert!(comes_by_itself("kube-root-ca.crt") && comes_by_itself("sh.helm.release.v1.store-s1.v1"));
        assert!(!comes_by_itself("store-tls"));
    }
}
