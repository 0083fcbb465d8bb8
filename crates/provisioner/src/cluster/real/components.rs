//! A store's programs by their pods. Asked for at that moment: of a pod that does well the watches keep hardly anything.

use std::cmp::Reverse;

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::Api;
use kube::api::ListParams;
use store_model::{Component, Runs, Spec, Store, StoreId, Workload};

use super::namespace::{self, LABEL_ID};
use super::{RealCluster, refused, trouble};
use crate::cluster::{ComponentSeen, StepError};

/// The container that a component runs in, of its newest pod.
pub(super) struct Place<'a> {
    pub pod: &'a Pod,
    pub container: &'a str,
}

impl RealCluster {
    pub(super) async fn components_seen(&self, store: &Store) -> Result<Vec<ComponentSeen>, StepError> {
        Ok(seen(store, &self.store_pods(store).await?))
    }

    /// The store's pods, the newest that stays first; none of a namespace that is not ours.
    pub(super) async fn store_pods(&self, store: &Store) -> Result<Vec<Pod>, StepError> {
        if !self.is_there(store).await? {
            return Ok(Vec::new());
        }
        let ours = ListParams::default().labels(&format!("{LABEL_ID}={}", store.id));
        let pods = self.pods(&store.id).list(&ours).await.map_err(|error| refused("list the store's pods", error))?;
        let mut pods = pods.items;
        pods.sort_by_key(|pod| {
            let created = pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
            Reverse((pod.metadata.deletion_timestamp.is_none(), created))
        });
        Ok(pods)
    }

    pub(super) async fn is_there(&self, store: &Store) -> Result<bool, StepError> {
        Ok(self.namespace(store).await?.is_some_and(|namespace| namespace::is_ours(&namespace, store)))
    }

    pub(super) fn pods(&self, id: &StoreId) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &id.namespace())
    }
}

impl Place<'_> {
    /// `None`: the node has not said anything of it yet.
    pub fn status(&self) -> Option<&ContainerStatus> {
        let status = self.pod.status.as_ref()?;
        let all = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
        all.into_iter().find(|status| status.name == self.container)
    }
}

/// Programs are there or should be; chores once they have run.
fn seen(store: &Store, pods: &[Pod]) -> Vec<ComponentSeen> {
    let spec = store.engine.spec();
    let seen = spec.components(store.plan).filter_map(|component| {
        let place = place(spec, component, pods);
        let status = place.as_ref().and_then(Place::status);
        let ready = match component {
            Component::Workload(_) => status.is_some_and(|status| status.ready),
            Component::Chore(_) => did_its_work(status?)?,
        };
        let restarts = status.and_then(|status| u32::try_from(status.restart_count).ok()).unwrap_or(0);
        Some(ComponentSeen { name: component.name(), title: component.title(), ready, restarts })
    });
    seen.collect()
}

/// `None`: it has not run yet.
fn did_its_work(status: &ContainerStatus) -> Option<bool> {
    let ended = |state: Option<&k8s_openapi::api::core::v1::ContainerState>| state?.terminated.clone();
    let (now, before) = (status.state.as_ref(), status.last_state.as_ref());
    if now.is_some_and(|state| state.running.is_some()) {
        return Some(false);
    }
    ended(now).or(ended(before)).map(|ended| ended.exit_code == 0)
}

/// Where the component runs, or ran last.
pub(super) fn place<'a>(spec: &Spec, component: Component, pods: &'a [Pod]) -> Option<Place<'a>> {
    let chore = match component {
        Component::Workload(workload) => return first_container(pod_of(workload, pods)?),
        Component::Chore(chore) => chore,
    };
    match chore.runs {
        Runs::Before { workload, container } => {
            let workload = spec.workloads.iter().find(|known| known.name == workload)?;
            let pod = pod_of(workload, pods)?;
            let inits = pod.spec.as_ref()?.init_containers.as_ref()?;
            inits.iter().find(|init| init.name == container).map(|init| Place { pod, container: &init.name })
        }
        Runs::ByClock { cron_job } => {
            // A CronJob's Jobs carry its name and the minute that they were due.
            let of_job = |kind: &str, name: &str| {
                let minute = name.strip_prefix(cron_job).and_then(|rest| rest.strip_prefix('-'));
                kind == "Job" && minute.is_some_and(|minute| minute.bytes().all(|byte| byte.is_ascii_digit()))
            };
            first_container(pods.iter().find(|pod| is_owned(pod, of_job))?)
        }
    }
}

fn pod_of<'a>(workload: &Workload, pods: &'a [Pod]) -> Option<&'a Pod> {
    pods.iter().find(|pod| is_owned(pod, |kind, name| trouble::makes_pods(workload, kind, name)))
}

fn is_owned(pod: &Pod, by: impl Fn(&str, &str) -> bool) -> bool {
    pod.metadata.owner_references.iter().flatten().any(|owner| by(&owner.kind, &owner.name))
}

fn first_container(pod: &Pod) -> Option<Place<'_>> {
    let container = pod.spec.as_ref()?.containers.first()?;
    Some(Place { pod, container: &container.name })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};
    use store_model::Engine;

    use super::*;
    use crate::cluster::real::tests::store;

    pub fn pod(name: &str, owner: (&str, &str), containers: &Value, status: &Value) -> Pod {
        let owner = json!({"apiVersion": "v1", "kind": owner.0, "name": owner.1, "uid": "u"});
        let metadata = json!({"name": name, "ownerReferences": [owner]});
        serde_json::from_value(json!({"metadata": metadata, "spec": containers, "status": status})).unwrap()
    }

    pub fn status(name: &str, ready: bool, restarts: u32, state: &Value) -> Value {
        json!({"name": name, "image": "i", "imageID": "", "ready": ready, "restartCount": restarts, "state": state})
    }

    fn shop(inits: &Value, statuses: &Value) -> Pod {
        let spec = json!({"containers": [{"name": "wordpress"}], "initContainers": [{"name": "setup"}]});
        let status = json!({"initContainerStatuses": inits, "containerStatuses": statuses});
        pod("wordpress-1", ("ReplicaSet", "wordpress-5d4f8c7b9"), &spec, &status)
    }

    fn brief(pods: &[Pod]) -> Vec<(&'static str, bool, u32)> {
        seen(&store(), pods).iter().map(|seen| (seen.name, seen.ready, seen.restarts)).collect()
    }

    #[test]
    fn programs_are_listed_before_they_run_and_chores_once_they_have() {
        assert_eq!(brief(&[]), [("wordpress", false, 0), ("mysql", false, 0)]);
        let waits = json!({"waiting": {"reason": "PodInitializing"}});
        let runs = json!({"running": {}});
        let done = json!({"terminated": {"exitCode": 0}});
        let first = shop(&json!([status("setup", false, 1, &runs)]), &json!([status("wordpress", false, 0, &waits)]));
        assert_eq!(brief(&[first]), [("wordpress", false, 0), ("mysql", false, 0), ("setup", false, 1)]);
        let later = shop(&json!([status("setup", true, 1, &done)]), &json!([status("wordpress", true, 2, &runs)]));
        assert_eq!(brief(&[later]), [("wordpress", true, 2), ("mysql", false, 0), ("setup", true, 1)]);
    }

    #[test]
    fn the_clocks_pods_are_not_the_servers() {
        let containers = json!({"containers": [{"name": "cron"}]});
        let of = |job: &str| pod("wordpress-cron-1-x", ("Job", job), &containers, &json!({}));
        let (spec, pods) = (Engine::Woocommerce.spec(), [of("wordpress-cron-29384756")]);
        let cron = spec.components(store().plan).find(|component| component.name() == "cron").unwrap();
        assert_eq!(place(spec, cron, &pods).unwrap().container, "cron");
        assert!(place(spec, cron, &[of("wordpress-cron-by-hand")]).is_none());
        let server = spec.components(store().plan).next().unwrap();
        assert!(server.name() == "wordpress" && place(spec, server, &pods).is_none());
    }

    #[test]
    fn every_chore_of_every_engine_names_a_workload_of_it() {
        for engine in Engine::ALL {
            let spec = engine.spec();
            for chore in spec.chores {
                let Runs::Before { workload, .. } = chore.runs else { continue };
                assert!(spec.workloads.iter().any(|known| known.name == workload), "{engine:?} {}", chore.name);
            }
            for plan in store_model::Plan::ALL {
                let mut names: Vec<&str> = spec.components(plan).map(Component::name).collect();
                let count = names.len();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), count, "{engine:?}: two components have one name");
            }
        }
    }
}
