//! What the cluster holds of our stores, kept current by watches: a look at a thousand stores costs no call for these.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::{Event, Namespace, PersistentVolume};
use kube::api::DynamicObject;
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use store_model::StoreId;
use tokio::sync::watch;

use super::changes::Changes;
use super::light::{Deployment, Ingress, Light, Pod, StatefulSet, Volume, VolumeClaim};
use super::namespace::{LABEL_ID, NAMESPACE_PREFIX};
use super::shelf::{self, Objects, Shelf};

/// One shelf for each kind that a look reads.
pub struct Watches {
    pub namespaces: Arc<Shelf<Namespace>>,
    pub pods: Arc<Shelf<Pod>>,
    pub deployments: Arc<Shelf<Deployment>>,
    pub stateful_sets: Arc<Shelf<StatefulSet>>,
    pub claims: Arc<Shelf<VolumeClaim>>,
    pub volumes: Arc<Shelf<Volume>>,
    pub warnings: Arc<Shelf<Event>>,
    pub ingresses: Arc<Shelf<Ingress>>,
    /// Empty where nothing asks for certificates or routes: their kinds may not exist in the cluster.
    pub certificates: Arc<Shelf<DynamicObject>>,
    pub http_routes: Arc<Shelf<DynamicObject>>,
    changes: Arc<Changes>,
    listed: Vec<watch::Receiver<bool>>,
}

/// Which of the kinds that not every cluster has are wanted, and after how long the API server ends a watch.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub certificates: bool,
    pub http_routes: bool,
    pub watch_limit: Duration,
}

/// Where the API server can't stream a list: two of a kind a store, so a thousand stores are a page, as a hundred are.
const PAGE: u32 = 2000;

impl Watches {
    pub fn start(client: &Client, wanted: Wanted) -> Watches {
        let changes = Arc::new(Changes::default());
        let mut starter = Starter { client: client.clone(), changes: Arc::clone(&changes), listed: Vec::new() };
        let limit = u32::try_from(wanted.watch_limit.as_secs()).unwrap_or(u32::MAX);
        let all = || watcher::Config::default().timeout(limit).page_size(PAGE);
        let ours = || all().labels(LABEL_ID);
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

    pub fn changes(&self) -> &Arc<Changes> {
        &self.changes
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

struct Starter {
    client: Client,
    changes: Arc<Changes>,
    listed: Vec<watch::Receiver<bool>>,
}

impl Starter {
    fn kind<K>(
        &mut self,
        plural: &'static str,
        config: watcher::Config,
        kind: <K::Whole as Resource>::DynamicType,
        place: fn(&K::Whole) -> Option<String>,
    ) -> Arc<Shelf<K>>
    where
        K: Light,
        <K::Whole as Resource>::DynamicType: Send + Sync + 'static,
    {
        let shelved = Arc::new(Shelf::new());
        let (listed, seen) = watch::channel(false);
        self.listed.push(seen);
        let api: Api<K::Whole> = Api::all_with(self.client.clone(), &kind);
        tokio::spawn(follow::<K>(plural, api, config, place, shelved.clone(), listed, self.changes.clone()));
        shelved
    }
}

/// Keeps one shelf current for as long as the process lives. A watch that ends goes on where it was, an expired one lists
/// anew; meanwhile the shelf keeps what it had. One on which nothing comes any more, not even its end, is given up some
/// seconds after that was due.
async fn follow<K: Light>(
    plural: &'static str,
    api: Api<K::Whole>,
    config: watcher::Config,
    place: fn(&K::Whole) -> Option<String>,
    shelf: Arc<Shelf<K>>,
    listed: watch::Sender<bool>,
    changes: Arc<Changes>,
) {
    // One object after the other instead of a page of them: neither side holds a whole list in its memory, and a
    // thousand stores cost as many calls as ten.
    let mut how = config.clone().streaming_lists();
    let begin = |how: &watcher::Config| watcher(api.clone(), how.clone()).default_backoff().boxed();
    let mut events = begin(&how);
    let mut resumes = false;
    let mut fresh: Objects<K> = Objects::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => fresh.clear(),
            Ok(watcher::Event::InitApply(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    shelf::put(&mut fresh, &namespace, K::of(object));
                }
            }
            Ok(watcher::Event::InitDone) => {
                for namespace in shelf.replace(std::mem::take(&mut fresh)) {
                    tell(&changes, &namespace);
                }
                listed.send_replace(true);
                resumes = true;
            }
            Ok(watcher::Event::Apply(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    shelf.put(&namespace, K::of(object));
                    tell(&changes, &namespace);
                }
            }
            Ok(watcher::Event::Delete(object)) => {
                if let Some(namespace) = store_namespace(&object, place) {
                    shelf.remove(&namespace, object.meta().name.as_deref().unwrap_or_default());
                    tell(&changes, &namespace);
                }
            }
            Err(error) if cannot_stream(&error) => {
                tracing::info!(kind = plural, "the API server does not stream lists; listing by pages");
                how = config.clone();
                events = begin(&how);
            }
            Err(error) => {
                // The library would ask for what is gone for ever. A list that is refused has its back-off to keep.
                if is_gone(&error) && std::mem::take(&mut resumes) {
                    events = begin(&how);
                }
                metrics::counter!("store_platform_watch_errors_total", "kind" => plural).increment(1);
                tracing::warn!(kind = plural, %error, "the watch was cut; it goes on by itself");
            }
        }
    }
}

/// What an API server before Kubernetes 1.34 answers, or one whose feature WatchList is switched off.
fn cannot_stream(error: &watcher::Error) -> bool {
    let watcher::Error::WatchStartFailed(kube::Error::Api(status)) = error else { return false };
    matches!(status.code, 400 | 422) && status.message.contains("sendInitialEvents")
}

/// 410 as the answer's code: kube-runtime lists anew only for one that comes as a watch's first event.
fn is_gone(error: &watcher::Error) -> bool {
    matches!(error, watcher::Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 410)
}

fn store_namespace<K: Resource>(object: &K, place: fn(&K) -> Option<String>) -> Option<String> {
    place(object).filter(|namespace| namespace.starts_with(NAMESPACE_PREFIX))
}

fn tell(changes: &Changes, namespace: &str) {
    if let Some(Ok(id)) = namespace.strip_prefix(NAMESPACE_PREFIX).map(StoreId::parse) {
        changes.tell(id);
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
    use k8s_openapi::api::core::v1 as core;
    use kube::core::Status;

    use super::*;

    fn pod(namespace: &str) -> core::Pod {
        let mut pod = core::Pod::default();
        pod.metadata.namespace = Some(namespace.to_owned());
        pod
    }

    #[test]
    fn only_store_namespaces_are_kept() {
        assert_eq!(store_namespace(&pod("kube-system"), own_namespace), None);
        assert_eq!(store_namespace(&pod("store-s1"), own_namespace).as_deref(), Some("store-s1"));
    }

    #[test]
    fn an_older_api_server_is_asked_for_pages() {
        let refused = |code, message: &str| {
            let status = Status { code, message: message.to_owned(), ..Status::default() };
            cannot_stream(&watcher::Error::WatchStartFailed(kube::Error::Api(Box::new(status))))
        };
        // As kube-apiserver says it with the feature gate off.
        assert!(refused(
            422,
            "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for \
             watch unless the WatchList feature gate is enabled"
        ));
        assert!(!refused(403, "sendInitialEvents: you may not") && !refused(422, "labelSelector: bad"));
    }
}
