//! What a fault must leave as it was: Secrets, and containers that had nothing to do with it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;
use store_model::SecretName;

use crate::{Store, World};

/// Secrets by name, each as the API server last wrote it: the same, or not.
#[derive(Debug, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Every Secret of the store: what the provisioner made up, Helm's record, the certificate.
    pub async fn all_of(store: &Store) -> Result<Secrets> {
        Secrets::read(store, |_| true).await
    }

    /// What the provisioner made up.
    pub async fn credentials_of(store: &Store) -> Result<Secrets> {
        let secrets = Secrets::read(store, |name| SecretName::ALL.iter().any(|known| known.as_str() == name)).await?;
        anyhow::ensure!(!secrets.0.is_empty(), "no credentials are there to compare");
        Ok(secrets)
    }

    async fn read(store: &Store, wanted: impl Fn(&str) -> bool) -> Result<Secrets> {
        let secrets = store.world.kubectl.items(&["get", "secrets", &store.scope()]).await?;
        let mut written = BTreeMap::new();
        for secret in &secrets {
            let meta = &secret["metadata"];
            let name = meta["name"].as_str().context("a Secret's name")?;
            if wanted(name) {
                // Not the content: what is compared is also printed.
                written.insert(name.to_owned(), format!("{} {}", meta["uid"], meta["resourceVersion"]));
            }
        }
        Ok(Secrets(written))
    }
}

/// How often each container of the cluster was started again.
pub struct Containers(BTreeMap<Container, u64>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Container {
    namespace: String,
    pod_uid: String,
    name: String,
}

impl Containers {
    /// Of all pods that run.
    pub async fn of(world: &World) -> Result<Containers> {
        let pods = ["get", "pods", "--all-namespaces", "--field-selector=status.phase=Running"];
        let mut restarts = BTreeMap::new();
        for pod in &world.kubectl.items(&pods).await? {
            let text = |key: &str| pod["metadata"][key].as_str().map(str::to_owned).context("a pod's name");
            let (namespace, pod_uid) = (text("namespace")?, text("uid")?);
            for kind in ["initContainerStatuses", "containerStatuses"] {
                for status in pod["status"][kind].as_array().map(Vec::as_slice).unwrap_or_default() {
                    let name = status["name"].as_str().context("a container's name")?.to_owned();
                    let container = Container { namespace: namespace.clone(), pod_uid: pod_uid.clone(), name };
                    restarts.insert(container, status["restartCount"].as_u64().context("a count of restarts")?);
                }
            }
        }
        anyhow::ensure!(!restarts.is_empty(), "no container runs");
        Ok(Containers(restarts))
    }

    /// Those of then that are not now, or were started again since: `namespace/container`.
    pub async fn changed(&self, world: &World) -> Result<BTreeSet<String>> {
        let now = Containers::of(world).await?;
        let changed = self.0.iter().filter(|(container, restarts)| now.0.get(container) != Some(restarts));
        Ok(changed.map(|(Container { namespace, name, .. }, _)| format!("{namespace}/{name}")).collect())
    }
}

/// The record of a release by Helm's label on it: `pending-install`, `deployed`, …; empty where there is none.
pub async fn release_state(store: &Store) -> Result<String> {
    let secrets = store.world.kubectl.items(&["get", "secrets", &store.scope(), "--selector=owner=helm"]).await?;
    let states: Vec<&str> = secrets.iter().filter_map(status).collect();
    Ok(states.join(","))
}

fn status(secret: &Value) -> Option<&str> {
    secret["metadata"]["labels"]["status"].as_str()
}
