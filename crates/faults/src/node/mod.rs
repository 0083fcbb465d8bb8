//! Plays what a node and the workload controllers would do: a store's Deployments and StatefulSets become ready, its
//! claims get volumes, and volumes go with their claims. Whatever a test plans for a store goes wrong instead.

mod pods;
mod volumes;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::{StreamExt as _, pin_mut};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::api::{Api, Patch, PatchParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::recorder::LABEL_ID;

pub const LABEL_NAME: &str = "store-platform.dev/name";

/// What becomes of a store's programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Plan {
    /// Ready as soon as it is seen.
    #[default]
    Ready,
    /// Nothing happens: the controllers are slow.
    Idle,
    /// No pod can be made, as a Deployment's condition tells it.
    PodsRefused { message: String },
    /// The same of the database alone, which only its controller's event tells.
    DatabaseRefused { message: String },
    /// A pod of the Deployment is there and does not get ready; the rest of the store is.
    Pod { status: Value },
}

/// What becomes of the volumes of a store that goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volumes {
    #[default]
    GoWithTheirClaims,
    /// As with reclaim policy Retain, or a provisioner that is down.
    Stay,
}

#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    state: Mutex<State>,
    replanned: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// By the store's name, which a test knows before it knows the id.
    plans: HashMap<String, Plan>,
    volumes: HashMap<String, Volumes>,
}

impl Node {
    pub fn start(client: Client) -> Node {
        let shared = Arc::new(Shared { client, state: Mutex::default(), replanned: watch::channel(0).0 });
        tokio::spawn(follow(Arc::clone(&shared), deployment));
        tokio::spawn(follow(Arc::clone(&shared), stateful_set));
        tokio::spawn(volumes::follow(Arc::clone(&shared)));
        Node { shared }
    }

    /// For what there is of the store and what will be.
    pub fn plan(&self, store_name: &str, plan: Plan) {
        self.shared.state().plans.insert(store_name.to_owned(), plan);
        self.again();
    }

    /// Everything is played again: by another plan, or to an API server that was away and has not heard it.
    pub(crate) fn again(&self) {
        self.shared.replanned.send_modify(|count| *count += 1);
    }

    pub fn plan_volumes(&self, store_name: &str, volumes: Volumes) {
        self.shared.state().volumes.insert(store_name.to_owned(), volumes);
        self.again();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan_for(&self, object: &impl ResourceExt) -> Plan {
        let name = object.labels().get(LABEL_NAME).cloned().unwrap_or_default();
        self.state().plans.get(&name).cloned().unwrap_or_default()
    }
}

fn place(object: &impl ResourceExt) -> (String, String) {
    (object.namespace().unwrap_or_default(), object.name_any())
}

/// Plays each object of a kind as it comes, and all of them again when a plan changes.
async fn follow<K>(shared: Arc<Shared>, play: impl AsyncFn(&Shared, &K))
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let all: Api<K> = Api::all(shared.client.clone());
    let events = watcher(all, watcher::Config::default().labels(LABEL_ID)).default_backoff();
    pin_mut!(events);
    let mut replanned = shared.replanned.subscribe();
    let mut known: BTreeMap<(String, String), K> = BTreeMap::new();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object))) => {
                    play(&shared, &object).await;
                    known.insert(place(&object), object);
                }
                Some(Ok(watcher::Event::Delete(object))) => drop(known.remove(&place(&object))),
                Some(_) => {}
                None => return,
            },
            changed = replanned.changed() => {
                if changed.is_err() {
                    return;
                }
                for object in known.values() {
                    play(&shared, object).await;
                }
            }
        }
    }
}

async fn deployment(shared: &Shared, object: &Deployment) {
    let generation = object.metadata.generation;
    let replicas = object.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let ready = json!({
        "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas,
        "readyReplicas": replicas, "availableReplicas": replicas, "conditions": null,
    });
    let waiting = json!({
        "observedGeneration": generation, "replicas": null, "updatedReplicas": null, "readyReplicas": null,
        "availableReplicas": null, "conditions": null,
    });
    let status = match shared.plan_for(object) {
        Plan::Ready | Plan::DatabaseRefused { .. } => ready,
        Plan::Idle => return,
        Plan::PodsRefused { message } => {
            let mut refused = waiting;
            refused["conditions"] = json!([
                {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
            ]);
            refused
        }
        Plan::Pod { status } => {
            if let Err(error) = pods::put(&shared.client, object, &status).await {
                eprintln!("node: put a pod of {:?}: {error:#}", place(object));
            }
            waiting
        }
    };
    let known = object.status.as_ref().and_then(|status| serde_json::to_value(status).ok()).unwrap_or_default();
    if !holds(&known, &status) {
        let (namespace, name) = place(object);
        patch::<Deployment>(&Api::namespaced(shared.client.clone(), &namespace), &name, &status).await;
    }
}

async fn stateful_set(shared: &Shared, object: &StatefulSet) {
    let replicas = object.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let ready = json!({
        "observedGeneration": object.metadata.generation, "replicas": replicas, "readyReplicas": replicas,
        "availableReplicas": replicas, "currentReplicas": replicas, "updatedReplicas": replicas,
        "currentRevision": "one", "updateRevision": "one",
    });
    match shared.plan_for(object) {
        Plan::Ready | Plan::Pod { .. } => {}
        Plan::Idle | Plan::PodsRefused { .. } => return,
        Plan::DatabaseRefused { message } => {
            if let Err(error) = pods::refuse(&shared.client, object, &message).await {
                eprintln!("node: refuse the pods of {:?}: {error:#}", place(object));
            }
            return;
        }
    }
    let known = object.status.as_ref().and_then(|status| serde_json::to_value(status).ok()).unwrap_or_default();
    if holds(&known, &ready) {
        return;
    }
    if let Err(error) = volumes::claim(&shared.client, object).await {
        eprintln!("node: claim the volumes of {:?}: {error:#}", place(object));
    }
    let (namespace, name) = place(object);
    patch::<StatefulSet>(&Api::namespaced(shared.client.clone(), &namespace), &name, &ready).await;
}

/// Whether what is wanted is there already, so that nothing need be written.
fn holds(known: &Value, wanted: &Value) -> bool {
    let Some(wanted) = wanted.as_object() else { return known == wanted };
    wanted.iter().all(|(key, value)| {
        let has = &known[key];
        match (has, value) {
            (Value::Array(has), Value::Array(value)) => {
                has.len() == value.len() && has.iter().zip(value).all(|(has, value)| holds(has, value))
            }
            // 0 is left out on the wire.
            (Value::Number(number), Value::Null) => number.as_i64() == Some(0),
            _ => has == value,
        }
    })
}

async fn patch<K>(api: &Api<K>, name: &str, status: &Value)
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    let patch = Patch::Merge(json!({ "status": status }));
    match api.patch_status(name, &PatchParams::default(), &patch).await {
        Ok(_) => {}
        // It is being deleted, or is gone.
        Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => {}
        Err(error) => eprintln!("node: set the status of {name}: {error}"),
    }
}
