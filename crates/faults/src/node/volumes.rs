//! Claims get a volume each, as a storage class with reclaim policy Delete does it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, pin_mut};
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{PersistentVolume, PersistentVolumeClaim};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, ResourceExt as _};
use serde_json::json;

use super::{LABEL_NAME, Shared, Volumes};
use crate::recorder::LABEL_ID;

/// The claims of a StatefulSet's first pod, as its controller makes them.
pub async fn claim(client: &Client, set: &StatefulSet) -> Result<()> {
    let namespace = set.namespace().context("a StatefulSet without a namespace")?;
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), &namespace);
    let templates = set.spec.iter().flat_map(|spec| spec.volume_claim_templates.iter().flatten());
    for template in templates {
        let mut labels: BTreeMap<String, String> = set
            .labels()
            .iter()
            .filter(|(key, _)| key.starts_with("store-platform.dev/"))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        labels.extend(template.labels().clone());
        let claim: PersistentVolumeClaim = serde_json::from_value(json!({
            "metadata": {"name": format!("{}-{}-0", template.name_any(), set.name_any()), "labels": labels},
            "spec": template.spec,
        }))?;
        match claims.create(&PostParams::default(), &claim).await {
            Ok(_) => {}
            // There already; or the namespace is going.
            Err(kube::Error::Api(status)) if matches!(status.code, 403 | 404 | 409) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

pub async fn follow(shared: Arc<Shared>) {
    let all: Api<PersistentVolumeClaim> = Api::all(shared.client.clone());
    let events = watcher(all, watcher::Config::default().labels(LABEL_ID)).default_backoff();
    pin_mut!(events);
    let mut replanned = shared.replanned.subscribe();
    let mut kept: Vec<PersistentVolumeClaim> = Vec::new();
    loop {
        let outcome = tokio::select! {
            event = events.next() => match event {
                Some(Ok(watcher::Event::Apply(claim) | watcher::Event::InitApply(claim))) => bind(&shared.client, &claim).await,
                Some(Ok(watcher::Event::Delete(claim))) => {
                    kept.push(claim);
                    release(&shared, &mut kept).await
                }
                Some(_) => Ok(()),
                None => return,
            },
            changed = replanned.changed() => match changed {
                Ok(()) => release(&shared, &mut kept).await,
                Err(_) => return,
            },
        };
        if let Err(error) = outcome {
            eprintln!("node: volumes: {error:#}");
        }
    }
}

async fn bind(client: &Client, claim: &PersistentVolumeClaim) -> Result<()> {
    let bound = claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Bound");
    if bound || claim.metadata.deletion_timestamp.is_some() {
        return Ok(());
    }
    let (Some(namespace), Some(uid)) = (claim.namespace(), claim.uid()) else { return Ok(()) };
    let name = volume_name(&uid);
    let size =
        claim.spec.as_ref().and_then(|spec| spec.resources.as_ref()).and_then(|resources| resources.requests.clone());
    let volume: PersistentVolume = serde_json::from_value(json!({
        "metadata": {"name": name},
        "spec": {
            "capacity": size,
            "accessModes": claim.spec.as_ref().and_then(|spec| spec.access_modes.clone()),
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": namespace, "name": claim.name_any(), "uid": uid},
            "hostPath": {"path": format!("/nowhere/{name}")},
        },
    }))?;
    let volumes: Api<PersistentVolume> = Api::all(client.clone());
    match volumes.create(&PostParams::default(), &volume).await {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if status.code == 409 => {}
        Err(error) => return Err(error).context("create a volume"),
    }
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(client.clone(), &namespace);
    let params = PatchParams::default();
    let spec = claims.patch(&claim.name_any(), &params, &Patch::Merge(json!({"spec": {"volumeName": name}}))).await;
    let status = json!({"status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": size}});
    for outcome in [spec, claims.patch_status(&claim.name_any(), &params, &Patch::Merge(status)).await] {
        match outcome {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(error).context("bind a claim"),
        }
    }
    Ok(())
}

/// Volumes whose claims are gone, but those that a test keeps.
async fn release(shared: &Shared, kept: &mut Vec<PersistentVolumeClaim>) -> Result<()> {
    let volumes: Api<PersistentVolume> = Api::all(shared.client.clone());
    for claim in std::mem::take(kept) {
        let name = claim.labels().get(LABEL_NAME).cloned().unwrap_or_default();
        if shared.state().volumes.get(&name).copied().unwrap_or_default() == Volumes::Stay {
            kept.push(claim);
            continue;
        }
        let Some(uid) = claim.uid() else { continue };
        match volumes.delete(&volume_name(&uid), &DeleteParams::default()).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(error).context("delete a volume"),
        }
    }
    Ok(())
}

fn volume_name(uid: &str) -> String {
    format!("pvc-{uid}")
}
