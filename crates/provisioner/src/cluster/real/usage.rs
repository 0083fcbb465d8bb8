//! What a store takes: by the cluster's metrics API where there is one, beside the limits of its pods and the sizes of its
//! volumes. How full a volume is no API of Kubernetes says.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::Api;
use kube::api::{DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::Value;
use store_model::{Component, Store};

use super::components::{self, Place};
use super::namespace::LABEL_ID;
use super::{RealCluster, refused};
use crate::cluster::quantity::{bytes, millicores};
use crate::cluster::{ComponentUsage, StepError, Usage, VolumeUsage};

/// A pod and a container of it.
type Key = (String, String);
/// Processor and memory.
type Taken = (Option<u64>, Option<u64>);
type Measured = BTreeMap<Key, Taken>;

impl RealCluster {
    pub(super) async fn usage_read(&self, store: &Store) -> Result<Usage, StepError> {
        if !self.is_there(store).await? {
            return Ok(Usage { unmeasured: Some("nothing of the store runs".to_owned()), ..Usage::default() });
        }
        let (pods, claims, measured) = tokio::join!(self.store_pods(store), self.claims(store), self.measured(store));
        let (measured, unmeasured) = match measured {
            Ok(measured) => (measured, None),
            Err(reason) => (Measured::new(), Some(reason.to_owned())),
        };
        Ok(Usage { unmeasured, components: taken(store, &pods?, &measured), volumes: volumes(claims?) })
    }

    async fn claims(&self, store: &Store) -> Result<Vec<PersistentVolumeClaim>, StepError> {
        let claims: Api<PersistentVolumeClaim> = Api::namespaced(self.client.clone(), &store.id.namespace());
        let listed = claims.list(&ours(store)).await;
        Ok(listed.map_err(|error| refused("list the store's volumes", error))?.items)
    }

    /// An error says in words why nothing is measured.
    async fn measured(&self, store: &Store) -> Result<Measured, &'static str> {
        let kind = GroupVersionKind::gvk("metrics.k8s.io", "v1beta1", "PodMetrics");
        let kind = ApiResource::from_gvk_with_plural(&kind, "pods");
        let metrics: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &store.id.namespace(), &kind);
        match metrics.list(&ours(store)).await {
            Ok(listed) => Ok(listed.items.iter().flat_map(containers).collect()),
            Err(kube::Error::Api(status)) if status.code == 404 => {
                Err("this cluster measures nothing: it has no metrics-server")
            }
            Err(kube::Error::Api(status)) if status.code == 403 => {
                Err("the platform may not read what this cluster measures: upgrade the platform's chart")
            }
            Err(error) => {
                tracing::warn!(%error, store = %store.id, "read the store's metrics");
                Err("the cluster's metrics-server does not answer")
            }
        }
    }
}

fn ours(store: &Store) -> ListParams {
    ListParams::default().labels(&format!("{LABEL_ID}={}", store.id))
}

/// `{"containers": [{"name": "mysql", "usage": {"cpu": "3145728n", "memory": "300Mi"}}]}`
fn containers(pod: &DynamicObject) -> Vec<(Key, Taken)> {
    let name = pod.metadata.name.clone().unwrap_or_default();
    let containers = pod.data.get("containers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let taken = containers.iter().filter_map(|container| {
        let usage = |resource: &str| container["usage"][resource].as_str();
        let cpu = usage("cpu").and_then(millicores);
        let memory = usage("memory").and_then(bytes);
        Some(((name.clone(), container["name"].as_str()?.to_owned()), (cpu, memory)))
    });
    taken.collect()
}

fn taken(store: &Store, pods: &[Pod], measured: &Measured) -> Vec<ComponentUsage> {
    let spec = store.engine.spec();
    // A chore that has ended takes nothing.
    let programs = spec.components(store.plan).filter(|component| matches!(component, Component::Workload(_)));
    let taken = programs.map(|component| {
        let nothing = ComponentUsage { name: component.name(), ..ComponentUsage::default() };
        let Some(Place { pod, container }) = components::place(spec, component, pods) else { return nothing };
        let key = (pod.metadata.name.clone().unwrap_or_default(), container.to_owned());
        let (cpu_millicores, memory_bytes) = measured.get(&key).copied().unwrap_or_default();
        ComponentUsage {
            cpu_millicores,
            memory_bytes,
            cpu_limit_millicores: limit(pod, container, "cpu").and_then(|limit| millicores(&limit.0)),
            memory_limit_bytes: limit(pod, container, "memory").and_then(|limit| bytes(&limit.0)),
            ..nothing
        }
    });
    taken.collect()
}

fn limit<'a>(pod: &'a Pod, container: &str, resource: &str) -> Option<&'a Quantity> {
    let container = pod.spec.as_ref()?.containers.iter().find(|known| known.name == container)?;
    container.resources.as_ref()?.limits.as_ref()?.get(resource)
}

/// Those that are bound to a disk.
fn volumes(claims: Vec<PersistentVolumeClaim>) -> Vec<VolumeUsage> {
    let volume = |claim: PersistentVolumeClaim| {
        let status = claim.status.filter(|status| status.phase.as_deref() == Some("Bound"))?;
        let capacity_bytes = bytes(&status.capacity?.get("storage")?.0)?;
        Some(VolumeUsage { name: claim.metadata.name?, capacity_bytes, used_bytes: None })
    };
    claims.into_iter().filter_map(volume).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::components::tests::pod;
    use super::*;
    use crate::cluster::real::tests::store;

    #[test]
    fn what_is_measured_stands_beside_its_limits() {
        let limits = json!({"limits": {"cpu": "2", "memory": "512Mi"}});
        let spec = json!({"containers": [{"name": "mysql", "resources": limits}]});
        let pods = [pod("mysql-0", ("StatefulSet", "mysql"), &spec, &json!({}))];
        let metrics: DynamicObject = serde_json::from_value(json!({
            "metadata": {"name": "mysql-0", "namespace": "store-sabcdefghijk"},
            "timestamp": "2026-11-23T12:00:00Z", "window": "15s",
            "containers": [{"name": "mysql", "usage": {"cpu": "12345678n", "memory": "301064Ki"}}],
        }))
        .unwrap();
        let measured: Measured = containers(&metrics).into_iter().collect();
        let mysql = ComponentUsage {
            name: "mysql",
            cpu_millicores: Some(13),
            cpu_limit_millicores: Some(2000),
            memory_bytes: Some(301_064 << 10),
            memory_limit_bytes: Some(512 << 20),
        };
        let shop = ComponentUsage { name: "wordpress", ..ComponentUsage::default() };
        assert_eq!(taken(&store(), &pods, &measured), [shop.clone(), mysql.clone()]);
        let unmeasured = ComponentUsage { cpu_millicores: None, memory_bytes: None, ..mysql };
        assert_eq!(taken(&store(), &pods, &Measured::new()), [shop, unmeasured]);
    }

    #[test]
    fn only_bound_volumes_have_a_size() {
        let claim = |name: &str, phase: &str| {
            let status = json!({"phase": phase, "capacity": {"storage": "5Gi"}});
            serde_json::from_value(json!({"metadata": {"name": name}, "status": status})).unwrap()
        };
        let volumes = volumes(vec![claim("uploads", "Bound"), claim("data-mysql-0", "Pending")]);
        assert_eq!(volumes, [VolumeUsage { name: "uploads".to_owned(), capacity_bytes: 5 << 30, used_bytes: None }]);
    }
}
