//! Every pod of a store gone at once, as on the day when a node dies.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::Store;

const RESTART: Duration = Duration::from_mins(5);

/// Nothing of the old pods is left, and the successor of each is ready.
pub async fn every_pod(store: &Store) -> Result<()> {
    let kubectl = &store.world.kubectl;
    let scope = store.scope();
    let pods = kubectl.items(&["get", "pods", &scope]).await?;
    let old: Vec<Value> = pods.iter().map(|pod| pod["metadata"]["uid"].clone()).collect();
    let names: BTreeSet<&str> = store.workloads().map(|workload| workload.name).collect();
    for name in &names {
        ensure!(pods.iter().any(|pod| name_of(pod) == Some(name)), "no pod of {name} runs: {old:?}");
    }
    kubectl.ask(&["delete", "pods", "--all", &scope, "--wait=true"]).await?;
    let back = |pods: &[Value]| {
        let new = |name: &str| {
            pods.iter().any(|pod| name_of(pod) == Some(name) && !old.contains(&pod["metadata"]["uid"]) && is_ready(pod))
        };
        names.iter().all(|name| new(name)).then_some(())
    };
    kubectl.until(&["pods", &scope], RESTART, back).await.context("wait for the new pods")
}

/// Which workload a pod is of.
pub fn name_of(pod: &Value) -> Option<&str> {
    pod["metadata"]["labels"]["app.kubernetes.io/name"].as_str()
}

pub fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}
