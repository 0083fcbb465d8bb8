//! Of each object what a look reads, and nothing else: templates, labels and who changed which field when are most of an
//! object's size, and Kubernetes' own types take two or three kilobytes even when they are empty. The tests of `trouble`
//! judge objects that went through here.

use std::fmt::Debug;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::core::v1::{ContainerStatus, Event, Namespace, ObjectReference, PodCondition};
use k8s_openapi::api::networking::v1 as networking;
use kube::Resource;
use kube::api::{DynamicObject, ObjectMeta};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is left of an object.
pub trait Light: Send + Sync + 'static {
    /// The object as the API server tells it.
    type Whole: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static;

    fn of(whole: Self::Whole) -> Self;
    fn name(&self) -> &str;
}

#[derive(Debug)]
pub struct Pod {
    pub name: String,
    /// Kind and name.
    pub owners: Vec<(String, String)>,
    pub created: Option<Timestamp>,
    pub deleting: bool,
    /// Names of the claims that it mounts.
    pub claims: Vec<String>,
    /// `None`: nobody has looked at the pod yet.
    pub status: Option<PodStatus>,
}

#[derive(Debug)]
pub struct PodStatus {
    /// What does not hold.
    pub conditions: Vec<PodCondition>,
    /// Of containers about which there is anything to say.
    pub init_containers: Vec<ContainerStatus>,
    pub containers: Vec<ContainerStatus>,
    /// Whether any container has run, or does.
    pub ran: bool,
}

#[derive(Debug)]
pub struct Deployment {
    pub name: String,
    /// The controller has seen the newest generation.
    pub current: bool,
    /// All replicas that are wanted are of the newest template and available.
    pub ready: bool,
    /// Why no pod can be made.
    pub refused: Option<String>,
}

#[derive(Debug)]
pub struct StatefulSet {
    pub name: String,
    pub current: bool,
    /// No older revision is left, and a replica is ready.
    pub ready: bool,
}

#[derive(Debug)]
pub struct VolumeClaim {
    pub name: String,
    pub created: Option<Timestamp>,
    pub pending: bool,
    /// It names no storage class, and the cluster has put none in.
    pub classless: bool,
}

#[derive(Debug)]
pub struct Volume {
    pub name: String,
}

/// Whether it is there is all that is asked.
#[derive(Debug)]
pub struct Ingress {
    pub name: String,
}

impl Light for Pod {
    type Whole = core::Pod;

    fn of(whole: core::Pod) -> Pod {
        let owners = whole.metadata.owner_references.unwrap_or_default();
        let volumes = whole.spec.and_then(|spec| spec.volumes).unwrap_or_default();
        let status = whole.status.map(|status| {
            let init_containers = status.init_container_statuses.unwrap_or_default();
            let containers = status.container_statuses.unwrap_or_default();
            let conditions = status.conditions.unwrap_or_default();
            PodStatus {
                ran: init_containers.iter().chain(&containers).any(has_run),
                conditions: small(conditions.into_iter().filter(|condition| condition.status == "False")),
                init_containers: worth_a_word(init_containers),
                containers: worth_a_word(containers),
            }
        });
        Pod {
            name: whole.metadata.name.unwrap_or_default(),
            owners: small(owners.into_iter().map(|owner| (owner.kind, owner.name))),
            created: whole.metadata.creation_timestamp.map(|time| time.0),
            deleting: whole.metadata.deletion_timestamp.is_some(),
            claims: small(volumes.into_iter().filter_map(|volume| Some(volume.persistent_volume_claim?.claim_name))),
            status,
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn has_run(status: &ContainerStatus) -> bool {
    status.state.as_ref().is_some_and(|state| state.running.is_some() || state.terminated.is_some())
}

/// Those that neither run and are ready nor came to a good end, without what identifies them to a node.
fn worth_a_word(whole: Vec<ContainerStatus>) -> Vec<ContainerStatus> {
    let fine = |status: &ContainerStatus| {
        let Some(state) = &status.state else { return true };
        let ended = state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0);
        state.waiting.is_none() && (ended || (state.running.is_some() && status.ready))
    };
    small(whole.into_iter().filter(|status| !fine(status)).map(|status| ContainerStatus {
        name: status.name,
        image: status.image,
        ready: status.ready,
        restart_count: status.restart_count,
        state: status.state,
        last_state: status.last_state,
        ..ContainerStatus::default()
    }))
}

/// A list that keeps no room for more; collected in place, the whole one's would stay.
fn small<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for item in items {
        list.reserve_exact(1);
        list.push(item);
    }
    list
}

impl Light for Deployment {
    type Whole = v1::Deployment;

    fn of(whole: v1::Deployment) -> Deployment {
        let status = whole.status.unwrap_or_default();
        let wanted = whole.spec.and_then(|spec| spec.replicas).unwrap_or(1);
        let enough = |replicas: Option<i32>| replicas.unwrap_or(0) >= wanted;
        let refused = status
            .conditions
            .unwrap_or_default()
            .into_iter()
            .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True");
        Deployment {
            name: whole.metadata.name.unwrap_or_default(),
            current: status.observed_generation >= whole.metadata.generation,
            ready: enough(status.updated_replicas) && enough(status.available_replicas),
            refused: refused.and_then(|condition| condition.message),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Light for StatefulSet {
    type Whole = v1::StatefulSet;

    fn of(whole: v1::StatefulSet) -> StatefulSet {
        let status = whole.status.unwrap_or_default();
        let rolled = status.update_revision == status.current_revision;
        StatefulSet {
            name: whole.metadata.name.unwrap_or_default(),
            current: status.observed_generation >= whole.metadata.generation,
            ready: rolled && status.ready_replicas.unwrap_or(0) >= 1,
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Light for VolumeClaim {
    type Whole = core::PersistentVolumeClaim;

    fn of(whole: core::PersistentVolumeClaim) -> VolumeClaim {
        VolumeClaim {
            name: whole.metadata.name.unwrap_or_default(),
            created: whole.metadata.creation_timestamp.map(|time| time.0),
            pending: whole.status.and_then(|status| status.phase).as_deref() == Some("Pending"),
            classless: whole.spec.is_some_and(|spec| spec.storage_class_name.is_none()),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Light for Volume {
    type Whole = core::PersistentVolume;

    fn of(whole: core::PersistentVolume) -> Volume {
        Volume { name: whole.metadata.name.unwrap_or_default() }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Light for Ingress {
    type Whole = networking::Ingress;

    fn of(whole: networking::Ingress) -> Ingress {
        Ingress { name: whole.metadata.name.unwrap_or_default() }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Its labels and UID say whose it is.
impl Light for Namespace {
    type Whole = Namespace;

    fn of(whole: Namespace) -> Namespace {
        let labels = whole.metadata.labels.clone();
        Namespace { metadata: ObjectMeta { labels, ..meta(whole.metadata) }, spec: None, status: whole.status }
    }

    fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }
}

impl Light for Event {
    type Whole = Event;

    fn of(whole: Event) -> Event {
        Event {
            metadata: meta(whole.metadata),
            involved_object: ObjectReference {
                kind: whole.involved_object.kind,
                name: whole.involved_object.name,
                ..ObjectReference::default()
            },
            reason: whole.reason,
            message: whole.message,
            count: whole.count,
            series: whole.series,
            event_time: whole.event_time,
            first_timestamp: whole.first_timestamp,
            last_timestamp: whole.last_timestamp,
            ..Event::default()
        }
    }

    fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }
}

/// A certificate or a route: what its controller says of it.
impl Light for DynamicObject {
    type Whole = DynamicObject;

    fn of(mut whole: DynamicObject) -> DynamicObject {
        let status = whole.data.get_mut("status").map(Value::take).unwrap_or_default();
        DynamicObject { types: None, metadata: meta(whole.metadata), data: serde_json::json!({ "status": status }) }
    }

    fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }
}

fn meta(whole: ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        name: whole.name,
        uid: whole.uid,
        creation_timestamp: whole.creation_timestamp,
        deletion_timestamp: whole.deletion_timestamp,
        ..ObjectMeta::default()
    }
}
