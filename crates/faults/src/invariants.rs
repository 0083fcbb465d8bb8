//! I1 to I9: what holds at the end of every fault test. Each says what is broken, and all of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use aho_corasick::AhoCorasick;
use anyhow::{Result, bail};
use k8s_openapi::api::core::v1::{Event, Namespace, PersistentVolume, PersistentVolumeClaim, Secret};
use k8s_openapi::api::networking::v1::Ingress;
use kube::ResourceExt;
use kube::api::{Api, ListParams};
use secrecy::ExposeSecret as _;

use crate::control_plane::ControlPlane;
use crate::node::LABEL_NAME;
use crate::proxy::Proxy;
use crate::recorder::LABEL_ID;
use crate::scene::{Row, Scene};
use crate::{PATIENCE, until};

/// Waits until every store is at rest, then checks all of them.
pub async fn hold(scene: &Scene) -> Result<()> {
    every_request_ends(scene).await?;
    let rows = scene.database.rows().await?;
    let mut broken = Vec::new();
    broken.extend(namespaces_and_rows_agree(scene, &rows).await?);
    broken.extend(credentials_never_change(scene, &rows));
    if !scene.expects_a_sleeping_helm() {
        broken.extend(one_helm_at_a_time(&scene.proxy));
    }
    broken.extend(one_host_one_store(scene, &rows).await?);
    broken.extend(once_deleting_never_ready(scene).await?);
    broken.extend(no_volume_of_a_deleted_store(scene, &rows).await?);
    broken.extend(every_transition_is_audited(scene, &rows).await?);
    broken.extend(no_secret_shows(scene, &rows).await?);
    if broken.is_empty() { Ok(()) } else { bail!("broken invariants:\n  {}", broken.join("\n  ")) }
}

/// I1: each accepted request reaches ready, failed or deleted once faults clear.
pub async fn every_request_ends(scene: &Scene) -> Result<()> {
    until("I1: every store to be at rest", PATIENCE, async || {
        let rows = scene.database.rows().await?;
        // A store that is to be gone is at rest when it is.
        let ends = |row: &Row| row.is_at_rest() && (row.desired == "present" || row.phase == "deleted");
        Ok(rows.iter().all(ends).then_some(()))
    })
    .await
}

/// I2: no labelled namespace without a live row, no live row without its namespace.
pub async fn namespaces_and_rows_agree(scene: &Scene, rows: &[Row]) -> Result<Vec<String>> {
    let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
    let there: BTreeSet<String> = namespaces
        .list(&ListParams::default().labels(LABEL_ID))
        .await?
        .items
        .iter()
        .filter(|namespace| namespace.labels().get(LABEL_NAME).is_some_and(|name| name.starts_with(&scene.prefix)))
        .map(ResourceExt::name_any)
        .collect();
    let live: BTreeSet<String> = rows.iter().filter(|row| row.phase != "deleted").map(Row::namespace).collect();
    // A failed store may have failed before it had one.
    let made: BTreeSet<String> = rows.iter().filter(|row| row.phase == "ready").map(Row::namespace).collect();
    let orphans = there.difference(&live).map(|name| format!("I2: namespace {name} has no live row"));
    let homeless = made.difference(&there).map(|name| format!("I2: the store of {name} has no namespace"));
    Ok(orphans.chain(homeless).collect())
}

/// I3: credentials are byte-identical for the store's life. The recorder has seen every content they ever had.
pub fn credentials_never_change(scene: &Scene, rows: &[Row]) -> Vec<String> {
    let mut broken = Vec::new();
    for row in rows {
        let contents = scene.plane.recorder.contents(&row.namespace());
        for (name, count) in &contents {
            if *count != 1 {
                broken.push(format!("I3: Secret {}/{name} had {count} different contents", row.namespace()));
            }
        }
        if row.phase == "ready" && contents.len() < 2 {
            broken.push(format!("I3: store {} is ready, but its Secrets are {contents:?}", row.name));
        }
    }
    broken
}

/// I4: at most one Helm for a store at any instant: none was alive beside another, and their writes do not interleave.
pub fn one_helm_at_a_time(proxy: &Proxy) -> Vec<String> {
    let mut broken: Vec<String> = proxy.overlaps().into_iter().map(|overlap| format!("I4: {overlap}")).collect();
    let mut spans: BTreeMap<String, BTreeMap<u32, (Instant, Instant)>> = BTreeMap::new();
    for call in proxy.calls() {
        let Some(namespace) = call.namespace().filter(|_| call.is_helms() && call.is_write()) else { continue };
        let end = call.ended.unwrap_or(call.begun);
        let span = spans.entry(namespace.to_owned()).or_default().entry(call.by.pid).or_insert((call.begun, end));
        *span = (span.0.min(call.begun), span.1.max(end));
    }
    for (namespace, helms) in spans {
        let mut helms: Vec<(u32, (Instant, Instant))> = helms.into_iter().collect();
        helms.sort_by_key(|(_, (begun, _))| *begun);
        for pair in helms.windows(2) {
            let [(one, (_, end)), (other, (begun, _))] = pair else { continue };
            if begun < end {
                broken.push(format!("I4: the writes of helm {one} and helm {other} interleave in {namespace}"));
            }
        }
    }
    broken
}

/// I5: one host leads to one store.
pub async fn one_host_one_store(scene: &Scene, rows: &[Row]) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut live: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.phase != "deleted") {
        if let Some(other) = live.insert(&row.host, row) {
            broken.push(format!("I5: host {} belongs to {} and {}", row.host, other.id, row.id));
        }
    }
    let ingresses: Api<Ingress> = Api::all(scene.plane.client.clone());
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for ingress in ingresses.list(&ListParams::default().labels(LABEL_ID)).await? {
        let place = ingress.namespace().unwrap_or_default();
        for rule in ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten()) {
            let Some(host) = rule.host.clone().filter(|host| host.ends_with(&scene.settings.base_domain)) else {
                continue;
            };
            if let Some(other) = places.insert(host.clone(), place.clone()).filter(|other| *other != place) {
                broken.push(format!("I5: host {host} leads to {other} and {place}"));
            }
        }
    }
    Ok(broken)
}

/// I6: once deleting, never anything else but deleted.
pub async fn once_deleting_never_ready(scene: &Scene) -> Result<Vec<String>> {
    let mut going: BTreeMap<String, bool> = BTreeMap::new();
    let mut broken = Vec::new();
    for event in scene.database.events().await? {
        let goes = matches!(event.phase.as_str(), "deleting" | "deleted");
        let went = going.entry(event.store_id.clone()).or_insert(false);
        if *went && !goes {
            broken.push(format!("I6: store {} was being deleted and is {} after it", event.store_id, event.phase));
        }
        *went |= goes;
    }
    Ok(broken)
}

/// I7: nothing of a deleted store is on a disk.
pub async fn no_volume_of_a_deleted_store(scene: &Scene, rows: &[Row]) -> Result<Vec<String>> {
    let gone: BTreeSet<String> = rows.iter().filter(|row| row.phase == "deleted").map(Row::namespace).collect();
    let claims: Api<PersistentVolumeClaim> = Api::all(scene.plane.client.clone());
    let volumes: Api<PersistentVolume> = Api::all(scene.plane.client.clone());
    let all = ListParams::default();
    let mut broken = Vec::new();
    for claim in claims.list(&all).await? {
        if claim.namespace().is_some_and(|namespace| gone.contains(&namespace)) {
            broken.push(format!("I7: claim {} of the deleted {:?} is there", claim.name_any(), claim.namespace()));
        }
    }
    for volume in volumes.list(&all).await? {
        let claim = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
        let namespace = claim.and_then(|claim| claim.namespace.clone());
        if namespace.as_ref().is_some_and(|namespace| gone.contains(namespace)) {
            broken.push(format!("I7: volume {} of the deleted {namespace:?} is there", volume.name_any()));
        }
    }
    Ok(broken)
}

/// I8: an audit row for each transition, and the chain of their hashes whole.
pub async fn every_transition_is_audited(scene: &Scene, rows: &[Row]) -> Result<Vec<String>> {
    Ok(crate::audit::check(&scene.database.audit().await?, &scene.database.events().await?, rows))
}

/// I9: no secret in the log, in the database, in Kubernetes' events or in what the API answers.
pub async fn no_secret_shows(scene: &Scene, rows: &[Row]) -> Result<Vec<String>> {
    let mut secrets: BTreeSet<Vec<u8>> =
        rows.iter().flat_map(|row| scene.plane.recorder.values(&row.namespace())).collect();
    let mut places: Vec<(String, Vec<u8>)> = vec![("the database".to_owned(), scene.database.dump().await?)];
    for service in scene.started() {
        secrets.insert(service.token().expose_secret().as_bytes().to_vec());
        let log = service.process.log.lines().join("\n").into_bytes();
        places.push((format!("the log of provisioner {}", service.process.pid()), log));
        if service.process.is_running() {
            for row in rows {
                let Ok(view) = service.client.store_get(&row.id).await else { continue };
                let events =
                    service.client.store_events(&row.id, None).await.map(|page| page.items).unwrap_or_default();
                places.push((format!("what the API says of {}", row.name), serde_json::to_vec(&(view, events))?));
            }
        }
    }
    for row in rows {
        let events: Api<Event> = Api::namespaced(scene.plane.client.clone(), &row.namespace());
        let events = events.list(&ListParams::default()).await?;
        places.push((format!("the events of {}", row.namespace()), serde_json::to_vec(&events)?));
    }
    // All of them at once: a hundred stores have a thousand secrets, and their log is megabytes.
    let secrets: Vec<Vec<u8>> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
    let search = AhoCorasick::new(&secrets)?;
    let mut broken = Vec::new();
    for (place, text) in &places {
        let found: BTreeSet<_> = search.find_iter(text).map(|found| found.pattern()).collect();
        for pattern in found {
            let shown = String::from_utf8_lossy(&secrets[pattern]).chars().take(4).collect::<String>();
            broken.push(format!("I9: a secret ({shown}…) shows in {place}"));
        }
    }
    Ok(broken)
}

/// What of a store is still in the cluster: its namespace, and what carries its id or belongs to its claims.
pub async fn left_of(plane: &ControlPlane, namespace: &str) -> Result<Vec<String>> {
    let mut left = Vec::new();
    let namespaces: Api<Namespace> = Api::all(plane.client.clone());
    left.extend(namespaces.get_opt(namespace).await?.map(|_| format!("Namespace/{namespace}")));
    let volumes: Api<PersistentVolume> = Api::all(plane.client.clone());
    for volume in volumes.list(&ListParams::default()).await? {
        let claim = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
        if claim.and_then(|claim| claim.namespace.as_deref()) == Some(namespace) {
            left.push(format!("PersistentVolume/{}", volume.name_any()));
        }
    }
    Ok(left)
}

/// Names and states of the release's revisions.
pub async fn releases(plane: &ControlPlane, namespace: &str) -> Result<Vec<(String, String)>> {
    let secrets: Api<Secret> = Api::namespaced(plane.client.clone(), namespace);
    let found = secrets.list_metadata(&ListParams::default().labels("owner=helm")).await?;
    let read = |secret: kube::api::PartialObjectMeta<Secret>| {
        let status = secret.labels().get("status").cloned().unwrap_or_default();
        (secret.name_any(), status)
    };
    Ok(found.items.into_iter().map(read).collect())
}
