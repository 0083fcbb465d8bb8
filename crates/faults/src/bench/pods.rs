//! The pods that a store's controllers would make of the rendered templates, each running.

use anyhow::{Context as _, Result};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};

/// As long as the API server's own hashes.
const HASH: &str = "5d4f8c7b9";

pub async fn run(client: &Client, namespace: &str) -> Result<usize> {
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let sets: Api<StatefulSet> = Api::namespaced(client.clone(), namespace);
    let mut pods = Vec::new();
    for deployment in deployments.list(&ListParams::default()).await? {
        let owner = format!("{}-{HASH}", deployment.name_any());
        let template = deployment.spec.clone().context("a Deployment without a spec")?.template;
        pods.push(pod(&format!("{owner}-x7k2p"), ("ReplicaSet", &owner, deployment.uid()), template, &[])?);
    }
    for set in sets.list(&ListParams::default()).await? {
        let spec = set.spec.clone().context("a StatefulSet without a spec")?;
        let claims: Vec<String> =
            spec.volume_claim_templates.iter().flatten().map(kube::ResourceExt::name_any).collect();
        let name = set.name_any();
        pods.push(pod(&format!("{name}-0"), ("StatefulSet", &name, set.uid()), spec.template, &claims)?);
    }
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    for pod in &pods {
        let created = api.create(&PostParams::default(), pod).await.context("create a pod")?;
        let status = Patch::Merge(json!({ "status": running(&created) }));
        api.patch_status(&created.name_any(), &PatchParams::default(), &status).await.context("a pod's status")?;
    }
    Ok(pods.len())
}

fn pod(
    name: &str,
    (kind, owner, uid): (&str, &str, Option<String>),
    template: PodTemplateSpec,
    claims: &[String],
) -> Result<Pod> {
    let mut spec = template.spec.context("a template without a spec")?;
    for claim in claims {
        let source = json!({"name": claim, "persistentVolumeClaim": {"claimName": format!("{claim}-{name}")}});
        spec.volumes.get_or_insert_default().push(serde_json::from_value(source)?);
    }
    let labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
    let annotations = template.metadata.as_ref().and_then(|metadata| metadata.annotations.clone());
    let owner = json!({"apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": uid, "controller": true});
    let metadata = json!({"name": name, "labels": labels, "annotations": annotations, "ownerReferences": [owner]});
    Ok(serde_json::from_value(json!({ "metadata": metadata, "spec": spec }))?)
}

/// What a kubelet says of a pod whose programs run.
fn running(pod: &Pod) -> Value {
    let now = pod.metadata.creation_timestamp.clone();
    let spec = pod.spec.clone().unwrap_or_default();
    let status = |name: &str, image: &Option<String>, ready: bool, state: Value| {
        json!({
            "name": name, "image": image, "imageID": format!("sha256:{}", "0".repeat(64)), "ready": ready,
            "containerID": format!("containerd://{}", "0".repeat(64)), "restartCount": 0, "started": ready, "state": state,
        })
    };
    let ended = json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}});
    let runs = json!({"running": {"startedAt": now}});
    let conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"];
    let conditions = conditions.map(|kind| json!({"type": kind, "status": "True", "lastTransitionTime": now}));
    let inits = spec.init_containers.iter().flatten();
    json!({
        "phase": "Running", "conditions": conditions, "hostIP": "10.0.0.1", "podIP": "10.1.0.1", "startTime": now,
        "initContainerStatuses": inits.map(|one| status(&one.name, &one.image, true, ended.clone())).collect::<Vec<_>>(),
        "containerStatuses":
            spec.containers.iter().map(|one| status(&one.name, &one.image, true, runs.clone())).collect::<Vec<_>>(),
    })
}
