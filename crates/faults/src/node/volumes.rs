//! Claims get a volume each, as a storage class with reclaim policy Delete does it.

use std::collections::{BTreeMap, BTreeSet};
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
    let mut claims = Claims::default();
    loop {
        let outcome = tokio::select! {
            event = events.next() => match event {
                Some(Ok(watcher::Event::Apply(claim) | watcher::Event::InitApply(claim))) => {
                    claims.seen(claim.clone());
                    bind(&shared.client, &claim).await
                }
                Some(Ok(watcher::Event::Delete(claim))) => {
                    claims.gone(&claim);
                    release(&shared, &mut claims.released).await
                }
                Some(Ok(watcher::Event::Init)) => {
                    claims.listed.clear();
                    Ok(())
                }
                Some(Ok(watcher::Event::InitDone)) => {
                    claims.all_listed();
                    release(&shared, &mut claims.released).await
                }
                Some(Err(_)) => Ok(()),
                None => return,
            },
            changed = replanned.changed() => match changed {
                Ok(()) => again(&shared, &mut claims).await,
                Err(_) => return,
            },
        };
        if let Err(error) = outcome {
            eprintln!("node: volumes: {error:#}");
        }
    }
}

/// A watch that begins anew tells of no claim that went meanwhile.
#[derive(Default)]
struct Claims {
    known: BTreeMap<String, PersistentVolumeClaim>,
    listed: BTreeSet<String>,
    /// Gone, and their volumes are still there.
    released: Vec<PersistentVolumeClaim>,
}

impl Claims {
    fn seen(&mut self, claim: PersistentVolumeClaim) {
        let uid = claim.uid().unwrap_or_default();
        self.listed.insert(uid.clone());
        self.known.insert(uid, claim);
    }

    fn gone(&mut self, claim: &PersistentVolumeClaim) {
        self.released.extend(self.known.remove(&claim.uid().unwrap_or_default()));
    }

    fn all_listed(&mut self) {
        let gone = self.known.extract_if(.., |uid, _| !self.listed.contains(uid));
        self.released.extend(gone.map(|(_, claim)| claim));
    }
}

async fn again(shared: &Shared, claims: &mut Claims) -> Result<()> {
    for claim in claims.known.values() {
        bind(&shared.client, claim).await?;
    }
    release(shared, &mut claims.released).await
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
async fn release(shared: &Shared, released: &mut Vec<PersistentVolumeClaim>) -> Result<()> {
    let volumes: Api<PersistentVolume> = Api::all(shared.client.clone());
    let mut refused = None;
    let mut kept = Vec::new();
    for claim in std::mem::take(released) {
        let name = claim.labels().get(LABEL_NAME).cloned().unwrap_or_default();
        if shared.state().volumes.get(&name).copied().unwrap_or_default() == Volumes::Stay {
            kept.push(claim);
            continue;
        }
        let Some(uid) = claim.uid() else { continue };
        match volumes.delete(&volume_name(&uid), &DeleteParams::default()).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => {
                kept.push(claim);
                refused = Some(error);
            }
        }
    }
    *released = kept;
    refused.map_or(Ok(()), |error| Err(error).context("delete a volume"))
}

fn volume_name(uid: &str) -> String {
    format!("pvc-{uid}")
}
