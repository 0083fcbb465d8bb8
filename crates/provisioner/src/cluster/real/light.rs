//! Of each object what a look reads, and nothing else: who changed which field when, the template a pod was made of and
//! the volumes it mounts are most of an object's size. The tests of `trouble` judge objects that went through here.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStatus, StatefulSet, StatefulSetStatus};
use k8s_openapi::api::core::v1::{
    ContainerStatus, Event, Namespace, ObjectReference, PersistentVolume, PersistentVolumeClaim,
    PersistentVolumeClaimSpec, PersistentVolumeClaimStatus, PersistentVolumeSpec, Pod, PodSpec, PodStatus, Volume,
};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{DynamicObject, ObjectMeta};
use serde_json::Value;

/// An object of which only that is left which a look reads.
pub trait Light {
    fn light(self) -> Self;
}

/// Labels have done their work in the watch's selector; the namespace's alone are read again.
fn meta(whole: ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        name: whole.name,
        namespace: None,
        uid: whole.uid,
        generation: whole.generation,
        creation_timestamp: whole.creation_timestamp,
        deletion_timestamp: whole.deletion_timestamp,
        ..ObjectMeta::default()
    }
}

impl Light for Namespace {
    fn light(mut self) -> Namespace {
        let labels = self.metadata.labels.take();
        Namespace { metadata: ObjectMeta { labels, ..meta(self.metadata) }, spec: None, status: self.status }
    }
}

impl Light for Pod {
    fn light(mut self) -> Pod {
        let owner_references = self.metadata.owner_references.take();
        let volumes = self.spec.and_then(|spec| spec.volumes).unwrap_or_default();
        let claims: Vec<Volume> = volumes
            .into_iter()
            .filter(|volume| volume.persistent_volume_claim.is_some())
            .map(|volume| Volume { persistent_volume_claim: volume.persistent_volume_claim, ..Volume::default() })
            .collect();
        let spec = (!claims.is_empty()).then(|| PodSpec { volumes: Some(claims), ..PodSpec::default() });
        let status = self.status.map(|status| PodStatus {
            conditions: status.conditions.map(|all| all.into_iter().filter(|one| one.status == "False").collect()),
            init_container_statuses: status.init_container_statuses.map(containers),
            container_statuses: status.container_statuses.map(containers),
            ..PodStatus::default()
        });
        Pod { metadata: ObjectMeta { owner_references, ..meta(self.metadata) }, spec, status }
    }
}

fn containers(whole: Vec<ContainerStatus>) -> Vec<ContainerStatus> {
    let light = |status: ContainerStatus| ContainerStatus {
        name: status.name,
        image: status.image,
        ready: status.ready,
        restart_count: status.restart_count,
        state: status.state,
        last_state: status.last_state,
        ..ContainerStatus::default()
    };
    whole.into_iter().map(light).collect()
}

impl Light for Deployment {
    fn light(self) -> Deployment {
        let replicas = self.spec.and_then(|spec| spec.replicas);
        let status = self.status.map(|status| DeploymentStatus {
            observed_generation: status.observed_generation,
            updated_replicas: status.updated_replicas,
            available_replicas: status.available_replicas,
            conditions: status
                .conditions
                .map(|all| all.into_iter().filter(|one| one.type_ == "ReplicaFailure").collect()),
            ..DeploymentStatus::default()
        });
        let spec = Some(DeploymentSpec { replicas, ..DeploymentSpec::default() });
        Deployment { metadata: meta(self.metadata), spec, status }
    }
}

impl Light for StatefulSet {
    fn light(self) -> StatefulSet {
        let status = self.status.map(|status| StatefulSetStatus {
            observed_generation: status.observed_generation,
            ready_replicas: status.ready_replicas,
            current_revision: status.current_revision,
            update_revision: status.update_revision,
            ..StatefulSetStatus::default()
        });
        StatefulSet { metadata: meta(self.metadata), spec: None, status }
    }
}

impl Light for PersistentVolumeClaim {
    fn light(self) -> PersistentVolumeClaim {
        let storage_class_name = self.spec.and_then(|spec| spec.storage_class_name);
        let phase = self.status.and_then(|status| status.phase);
        PersistentVolumeClaim {
            metadata: meta(self.metadata),
            spec: Some(PersistentVolumeClaimSpec { storage_class_name, ..PersistentVolumeClaimSpec::default() }),
            status: Some(PersistentVolumeClaimStatus { phase, ..PersistentVolumeClaimStatus::default() }),
        }
    }
}

impl Light for PersistentVolume {
    fn light(self) -> PersistentVolume {
        let claim_ref = self.spec.and_then(|spec| spec.claim_ref);
        let claim_ref = claim_ref.map(|claim| ObjectReference {
            name: claim.name,
            namespace: claim.namespace,
            uid: claim.uid,
            ..ObjectReference::default()
        });
        let spec = PersistentVolumeSpec { claim_ref, ..PersistentVolumeSpec::default() };
        PersistentVolume { metadata: meta(self.metadata), spec: Some(spec), status: None }
    }
}

impl Light for Event {
    fn light(self) -> Event {
        Event {
            metadata: meta(self.metadata),
            involved_object: ObjectReference {
                kind: self.involved_object.kind,
                name: self.involved_object.name,
                ..ObjectReference::default()
            },
            reason: self.reason,
            message: self.message,
            count: self.count,
            series: self.series,
            event_time: self.event_time,
            first_timestamp: self.first_timestamp,
            last_timestamp: self.last_timestamp,
            ..Event::default()
        }
    }
}

/// Whether it is there is all that is asked.
impl Light for Ingress {
    fn light(self) -> Ingress {
        Ingress { metadata: meta(self.metadata), spec: None, status: None }
    }
}

/// A certificate or a route: what its controller says of it.
impl Light for DynamicObject {
    fn light(mut self) -> DynamicObject {
        let status = self.data.get_mut("status").map(Value::take).unwrap_or_default();
        DynamicObject { types: None, metadata: meta(self.metadata), data: serde_json::json!({ "status": status }) }
    }
}
