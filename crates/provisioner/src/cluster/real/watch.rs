//! What the cluster holds of our stores, kept current by watches: a look at a thousand stores costs no call for these.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};

use futures::{StreamExt, pin_mut};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Event, Namespace, PersistentVolume, PersistentVolumeClaim, Pod};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::DynamicObject;
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use store_model::StoreId;
use tokio::sync::{broadcast, watch};

use super::namespace::{LABEL_ID, NAMESPACE_PREFIX};

/// One shelf for each kind that a look reads.
pub struct Watches {
    pub namespaces: Arc<Shelf<Namespace>>,
    pub pods: Arc<Shelf<Pod>>,
    pub deployments: Arc<Shelf<Deployment>>,
    pub stateful_sets: Arc<Shelf<StatefulSet>>,
    pub claims: Arc<Shelf<PersistentVolumeClaim>>,
    pub volumes: Arc<Shelf<PersistentVolume>>,
    pub warnings: Arc<Shelf<Event>>,
    pub ingresses: Arc<Shelf<Ingress>>,
    /// Empty where nothing asks for certificates or routes: their kinds may not exist in the cluster.
    pub certificates: Arc<Shelf<DynamicObject>>,
    pub http_routes: Arc<Shelf<DynamicObject>>,
    changes: broadcast::Sender<StoreId>,
    listed: Vec<watch::Receiver<bool>>,
}

/// Which of the kinds that not every cluster has are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub certificates: bool,
    pub http_routes: bool,
}

/// More changes than this between two turns of a worker are made up for by its poll.
const CHANGES_KEPT: usize = 4096;

impl Watches {
    pub fn start(client: &Client, wanted: Wanted) -> Watches {
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let mut starter = Starter { client: client.clone(), changes: changes.clone(), listed: Vec::new() };
        let ours = || watcher::Config::default().labels(LABEL_ID);
        let all = watcher::Config::default;
        Watches {
            namespaces: starter.kind("namespaces", ours(), (), |namespace: &Namespace| namespace.metadata.name.clone()),
            pods: starter.kind("pods", ours(), (), own_namespace),
            deployments: starter.kind("deployments", ours(), (), own_namespace),
            stateful_sets: starter.kind("statefulsets", ours(), (), own_namespace),
            claims: starter.kind("persistentvolumeclaims", ours(), (), own_namespace),
            // A provisioner makes the volume, so it carries none of our labels.
            volumes: starter.kind("persistentvolumes", all(), (), claim_namespace),
            warnings: starter.kind("events", all().fields("type=Warning"), (), own_namespace),
            ingresses: starter.kind("ingresses", ours(), (), own_namespace),
            certificates: if wanted.certificates {
                starter.kind("certificates", all(), certificate(), own_namespace)
            } else {
                Arc::new(Shelf::new())
            },
            http_routes: if wanted.http_routes {
                starter.kind("httproutes", ours(), http_route(), own_namespace)
            } else {
                Arc::new(Shelf::new())
            },
            changes,
            listed: starter.listed,
        }
    }

    pub fn changes(&self) -> broadcast::Receiver<StoreId> {
        self.changes.subscribe()
    }

    /// Returns once every kind was listed: before that a shelf that is empty says nothing.
    pub async fn ready(&self) {
        for listed in &self.listed {
            // An error means that the watch ended, which it does only with the process.
            if listed.clone().wait_for(|listed| *listed).await.is_err() {
                return;
            }
        }
    }

    pub fn are_ready(&self) -> bool {
        self.listed.iter().all(|listed| *listed.borrow())
    }
}

pub fn certificate() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("cert-manager.io", "v1", "Certificate"))
}

pub fn http_route() -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "HTTPRoute"))
}

/// The objects of one kind, by store namespace and name.
pub struct Shelf<K> {
    objects: RwLock<Objects<K>>,
}

type Objects<K> = HashMap<String, BTreeMap<String, Arc<K>>>;

impl<K: Resource> Shelf<K> {
    fn new() -> Shelf<K> {
        Shelf { objects: RwLock::new(HashMap::new()) }
    }

    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner).get(namespace)?.get(name).cloned()
    }

    pub fn all(&self, namespace: &str) -> Vec<Arc<K>> {
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        objects.get(namespace).map(|named| named.values().cloned().collect()).unwrap_or_default()
    }

    /// The namespaces of which there is anything.
    pub fn places(&self) -> Vec<String> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn put(&self, namespace: &str, object: K) {
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        let named = objects.entry(namespace.to_owned()).or_default();
        named.insert(object.meta().name.clone().unwrap_or_default(), Arc::new(object));
    }

    fn remove(&self, namespace: &str, name: &str) {
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(named) = objects.get_mut(namespace) {
            named.remove(name);
            if named.is_empty() {
                objects.remove(namespace);
            }
        }
    }

    /// Takes a whole new list, and gives the namespaces that the old or the new one knows.
    fn replace(&self, fresh: Objects<K>) -> Vec<String> {
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        let mut namespaces: Vec<String> = objects.keys().chain(fresh.keys()).cloned().collect();
        namespaces.sort();
        namespaces.dedup();
        *objects = fresh;
        namespaces
    }
}

struct Starter {
    client: Client,
    changes: broadcast::Sender<StoreId>,
    listed: Vec<watch::Receiver<bool>>,
}

impl Starter {
    fn kind<K>(
        &mut self,
        plural: &'static str,
        config: watcher::Config,
        kind: K::DynamicType,
        place: fn(&K) -> Option<String>,
    ) -> Arc<Shelf<K>>
    where
        K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
        K::DynamicType: Send + Sync + 'static,
    {
        let shelved = Arc::new(Shelf::new());
        let (listed, seen) = watch::channel(false);
        self.listed.push(seen);
        let api: Api<K> = Api::all_with(self.client.clone(), &kind);
        tokio::spawn(follow(plural, api, config, place, shelved.clone(), listed, self.changes.clone()));
        shelved
    }
}

/// Keeps one shelved current for as long as the process lives. A cut watch goes on where it was, an expired one lists
/// anew; meanwhile the shelved keeps what it had.
async fn follow<K>(
    plural: &'static str,
    api: Api<K>,
    config: watcher::Config,
    place: fn(&K) -> Option<String>,
    shelf: Arc<Shelf<K>>,
    listed: watch::Sender<bool>,
    changes: broadcast::Sender<StoreId>,
) where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let events = watcher(api, config).default_backoff();
    pin_mut!(events);
    let mut fresh: Objects<K> = HashMap::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => fresh.clear(),
            Ok(watcher::Event::InitApply(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    let name = object.meta().name.clone().unwrap_or_default();
                    fresh.entry(namespace).or_default().insert(name, Arc::new(light(object)));
                }
            }
            Ok(watcher::Event::InitDone) => {
                for namespace in shelf.replace(std::mem::take(&mut fresh)) {
                    tell(&changes, &namespace);
                }
                listed.send_replace(true);
            }
            Ok(watcher::Event::Apply(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    shelf.put(&namespace, light(object));
                    tell(&changes, &namespace);
                }
            }
            Ok(watcher::Event::Delete(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    shelf.remove(&namespace, object.meta().name.as_deref().unwrap_or_default());
                    tell(&changes, &namespace);
                }
            }
            Err(error) => {
                metrics::counter!("store_platform_watch_errors_total", "kind" => plural).increment(1);
                tracing::warn!(kind = plural, %error, "the watch was cut; it goes on by itself");
            }
        }
    }
}

fn store_namespace<K: Resource>(object: &K, place: fn(&K) -> Option<String>) -> Option<String> {
    place(object).filter(|namespace| namespace.starts_with(NAMESPACE_PREFIX))
}

/// Who changed which field when is half of an object's size, and nobody here reads it.
fn light<K: Resource>(mut object: K) -> K {
    object.meta_mut().managed_fields = None;
    object
}

fn tell(changes: &broadcast::Sender<StoreId>, namespace: &str) {
    if let Some(Ok(id)) = namespace.strip_prefix(NAMESPACE_PREFIX).map(StoreId::parse) {
        // No receiver: no worker runs yet, and the first thing it does is to look at everything.
        let _ = changes.send(id);
    }
}

fn own_namespace<K: Resource>(object: &K) -> Option<String> {
    object.namespace()
}

fn claim_namespace(volume: &PersistentVolume) -> Option<String> {
    volume.spec.as_ref()?.claim_ref.as_ref()?.namespace.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = Some(name.to_owned());
        pod.metadata.namespace = Some("store-s1".to_owned());
        pod
    }

    #[test]
    fn a_new_list_forgets_what_it_does_not_hold_and_names_both_sides() {
        let shelf = Shelf::new();
        shelf.put("store-a", pod("mysql-0"));
        let mut fresh: Objects<Pod> = HashMap::new();
        fresh.entry("store-b".to_owned()).or_default().insert("mysql-0".to_owned(), Arc::new(pod("mysql-0")));
        assert_eq!(shelf.replace(fresh), ["store-a", "store-b"]);
        assert!(shelf.get("store-a", "mysql-0").is_none());
        assert_eq!(shelf.all("store-b").len(), 1);
    }

    #[test]
    fn the_last_object_takes_its_namespace_with_it() {
        let shelf = Shelf::new();
        shelf.put("store-a", pod("mysql-0"));
        shelf.remove("store-a", "mysql-0");
        assert!(shelf.objects.read().unwrap().is_empty());
    }

    #[test]
    fn only_store_namespaces_are_kept() {
        let mut other = pod("x");
        other.metadata.namespace = Some("kube-system".to_owned());
        assert_eq!(store_namespace(&other, own_namespace), None);
        assert_eq!(store_namespace(&pod("x"), own_namespace).as_deref(), Some("store-s1"));
    }
}
