//! Whether everything in the cluster runs, and runs since the node started.
//!
//! After a restart the API still shows what was true before it, until the kubelet has looked: a pod that is ready counts
//! only with containers that are younger than the node.

use std::fs;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::Value;

use crate::cluster::{Cluster, run};
use crate::settings::Settings;

/// The cluster's own deployments and their pods carry it.
const LABEL: &str = "store-platform.dev/part=cluster";
pub(crate) const DEPLOYMENTS: usize = 6;

/// Called by the node when it starts.
pub(crate) fn note_start(settings: &Settings) -> Result<()> {
    let path = settings.run_dir().join("node-started");
    fs::write(&path, Timestamp::now().to_string()).with_context(|| format!("write {}", path.display()))
}

/// An error names what is not ready.
pub(crate) fn check(settings: &Settings, cluster: &Cluster) -> Result<()> {
    let started = fs::read_to_string(settings.run_dir().join("node-started")).context("learn when the node started")?;
    let started: Timestamp = started.trim().parse().context("learn when the node started")?;
    let mut command = cluster.kubectl();
    command.args(["get", "deployments,pods", "--all-namespaces", "-o=json", "-l", LABEL]);
    let list: Value = serde_json::from_str(&run(&mut command)?).context("read kubectl's answer")?;
    check_list(&list, started)
}

fn check_list(list: &Value, started: Timestamp) -> Result<()> {
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    let of_kind = |kind: &str| items.iter().filter(move |item| item["kind"] == kind).collect::<Vec<_>>();
    let deployments = of_kind("Deployment");
    if deployments.len() < DEPLOYMENTS {
        bail!("{} of {DEPLOYMENTS} deployments are there", deployments.len());
    }
    for deployment in deployments {
        let (meta, status) = (&deployment["metadata"], &deployment["status"]);
        let rolled_out = status["observedGeneration"] == meta["generation"]
            && status["updatedReplicas"] == 1
            && status["replicas"] == 1
            && status["availableReplicas"] == 1;
        if !rolled_out {
            bail!("deployment {} is not available", meta["name"]);
        }
    }
    for pod in of_kind("Pod") {
        let meta = &pod["metadata"];
        // On its way out: its successor is what counts.
        if meta["deletionTimestamp"].is_null() && !pod_runs(&pod["status"], started) {
            bail!("pod {} is not ready", meta["name"]);
        }
    }
    Ok(())
}

fn pod_runs(status: &Value, started: Timestamp) -> bool {
    let containers = status["containerStatuses"].as_array();
    containers.is_some_and(|containers| {
        containers.iter().all(|container| {
            let since = container["state"]["running"]["startedAt"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            // The API has whole seconds only.
            container["ready"] == true && since.is_some_and(|since| since.as_second() >= started.as_second())
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn started() -> Timestamp {
        "2026-01-01T00:00:10.5Z".parse().unwrap()
    }

    fn cluster(pod_since: &str) -> Value {
        let deployment = json!({"kind": "Deployment", "metadata": {"name": "a", "generation": 2}, "status":
            {"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}});
        let pod = json!({"kind": "Pod", "metadata": {"name": "a-1"}, "status": {"containerStatuses":
            [{"ready": true, "state": {"running": {"startedAt": pod_since}}}]}});
        let mut items = vec![deployment; DEPLOYMENTS];
        items.push(pod);
        json!({"items": items})
    }

    #[test]
    fn a_pod_from_before_the_restart_does_not_count() {
        check_list(&cluster("2026-01-01T00:00:10Z"), started()).unwrap();
        let error = check_list(&cluster("2026-01-01T00:00:09Z"), started()).unwrap_err();
        assert!(error.to_string().contains("a-1"), "{error}");
    }

    #[test]
    fn a_missing_or_old_deployment_is_not_ready() {
        let mut list = cluster("2026-01-01T00:00:11Z");
        list["items"][0]["metadata"]["generation"] = json!(3);
        assert!(check_list(&list, started()).is_err());
        assert!(check_list(&json!({"items": []}), started()).is_err());
    }
}
