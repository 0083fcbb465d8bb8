//! A pod as the controllers would make it: of a ReplicaSet by name only, since that is all that is read of it.

use anyhow::{Context as _, Result};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};

pub async fn put(client: &Client, deployment: &Deployment, status: &Value) -> Result<()> {
    let namespace = deployment.namespace().context("a Deployment without a namespace")?;
    let replica_set = format!("{}-abcde", deployment.name_any());
    let name = format!("{replica_set}-xyz");
    let template = &deployment.spec.as_ref().context("a Deployment without a spec")?.template;
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {
            "name": name,
            "labels": template.metadata.as_ref().and_then(|metadata| metadata.labels.clone()),
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": replica_set, "uid": deployment.uid(),
            }],
        },
        "spec": {"containers": [{"name": "app", "image": "example.com/none:1", "resources": {
            "limits": {"cpu": "10m", "memory": "10Mi"}, "requests": {"cpu": "10m", "memory": "10Mi"},
        }, "securityContext": {
            "allowPrivilegeEscalation": false, "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }}]},
    }))?;
    let pods: Api<Pod> = Api::namespaced(client.clone(), &namespace);
    match pods.create(&PostParams::default(), &pod).await {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if status.code == 409 => {}
        Err(error) => return Err(error).context("create the pod"),
    }
    let patch = Patch::Merge(json!({ "status": status }));
    pods.patch_status(&name, &PatchParams::default(), &patch).await.context("set the pod's status")?;
    Ok(())
}

/// A StatefulSet has no condition for it: its controller's event is all that is said.
pub async fn refuse(client: &Client, set: &StatefulSet, message: &str) -> Result<()> {
    let namespace = set.namespace().context("a StatefulSet without a namespace")?;
    let now = Timestamp::now().to_string();
    let event: Event = serde_json::from_value(json!({
        "metadata": {"name": format!("{}.refused", set.name_any())},
        "involvedObject": {
            "apiVersion": "apps/v1", "kind": "StatefulSet", "namespace": namespace, "name": set.name_any(), "uid": set.uid(),
        },
        "type": "Warning",
        "reason": "FailedCreate",
        "message": format!("create Pod {0}-0 in StatefulSet {0} failed error: {message}", set.name_any()),
        "source": {"component": "statefulset-controller"},
        "firstTimestamp": now, "lastTimestamp": now, "count": 1,
    }))?;
    let events: Api<Event> = Api::namespaced(client.clone(), &namespace);
    match events.create(&PostParams::default(), &event).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(error).context("create the event"),
    }
}
