//! Watches that expire, that are cut and that fall silent: the sight is right within one list, and nobody is stormed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};
use faults::node::Plan;
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play, play_alone};
use faults::{PATIENCE, until};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Api, ListParams};
use serde_json::json;

/// So many kinds are watched where neither certificates nor routes are wanted.
const KINDS: usize = 8;

#[test]
fn row_08_an_expired_watch_lists_anew() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        scene.plane.node.plan(&scene.name("cups"), Plan::Idle);
        let store = scene.create(&service, "cups").await?;
        waits(scene, &service, &store.id).await?;
        // Half of them hear it as the answer's code, half as the stream's first event; the API server does both.
        let gone =
            Fault::Answer { code: 410, reason: "Expired", message: "too old resource version", retry_after: None };
        let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 410,
            "reason": "Expired", "message": "too old resource version"});
        let event = Fault::Say { code: 200, body: format!("{}\n", json!({"type": "ERROR", "object": status})) };
        // A list is asked anew, and does not expire.
        let expired = |call: &Call| call.is_watch() && call.is_provisioners() && !call.lists();
        let first = scene.proxy.add(Rule::new(gone, expired).times(KINDS / 2));
        let second = scene.proxy.add(Rule::new(event, expired).times(KINDS / 2));
        let mark = scene.proxy.mark();
        scene.proxy.cut();
        // What happens meanwhile is told by no watch.
        scene.plane.node.plan(&scene.name("cups"), Plan::Ready);
        scene.ready(&service, &store.id).await?;
        first.hit(KINDS / 2).await?;
        second.hit(KINDS / 2).await?;
        listed_anew(scene, mark).await?;
        no_storm(&scene.proxy.calls()[mark..])
    })
}

/// As it happens: the API server dies by `kill -9`, and the one after it knows of nothing that was before.
#[test]
fn row_08_an_api_server_that_starts_anew_has_forgotten_every_watch() -> Result<()> {
    play_alone(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        scene.plane.node.plan(&scene.name("cups"), Plan::Idle);
        let store = scene.create(&service, "cups").await?;
        waits(scene, &service, &store.id).await?;
        // No watch hears what happens from here on.
        let deaf = scene.proxy.add(Rule::new(Fault::Close, |call| call.is_watch() && call.is_provisioners()));
        scene.proxy.cut();
        deaf.hit(KINDS).await?;
        scene.plane.node.plan(&scene.name("cups"), Plan::Ready);
        let deployments: Api<Deployment> = Api::namespaced(scene.plane.client.clone(), &format!("store-{}", store.id));
        until("the programs to be ready", PATIENCE, async || {
            let all = deployments.list(&ListParams::default()).await?.items;
            let ready = |one: &Deployment| one.status.as_ref().and_then(|status| status.ready_replicas) > Some(0);
            Ok((!all.is_empty() && all.iter().all(ready)).then_some(()))
        })
        .await?;
        let mark = scene.proxy.mark();
        scene.plane.api_server_anew().await?;
        scene.proxy.clear();
        scene.ready(&service, &store.id).await?;
        listed_anew(scene, mark).await?;
        no_storm(&scene.proxy.calls()[mark..])
    })
}

#[test]
fn row_08_a_silent_watch_is_noticed() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start_with(&scene.settings.env("WATCH_TIMEOUT_SECONDS", "5")).await?;
        scene.plane.node.plan(&scene.name("cups"), Plan::Idle);
        let store = scene.create(&service, "cups").await?;
        waits(scene, &service, &store.id).await?;
        let watch = |call: &Call| call.is_watch() && call.is_provisioners();
        let silenced = scene.proxy.add(Rule::new(Fault::Silence, watch).times(KINDS));
        let mark = scene.proxy.mark();
        scene.proxy.cut();
        silenced.hit(KINDS).await?;
        scene.plane.node.plan(&scene.name("cups"), Plan::Ready);
        scene.ready(&service, &store.id).await?;
        no_storm(&scene.proxy.calls()[mark..])
    })
}

/// Installed, and waiting for its programs.
async fn waits(scene: &Scene, service: &faults::service::Service, id: &str) -> Result<()> {
    service.passed("deed.install-release.after", 1).await?;
    scene.one_release(id).await
}

/// Every kind. Only a 410 brings that about: after any other end a watch goes on from where it was.
async fn listed_anew(scene: &Scene, mark: usize) -> Result<()> {
    until("every kind to be listed anew", PATIENCE, async || {
        let calls = scene.proxy.calls();
        let watches = calls.iter().filter(|call| call.is_watch() && call.is_provisioners());
        let kinds: BTreeSet<&str> = watches.map(|call| call.path.as_str()).collect();
        ensure!(kinds.len() == KINDS, "watched: {kinds:?}");
        let listed = lists(&calls[mark..]);
        let missing: Vec<_> = kinds.iter().filter(|kind| !listed.contains_key(*kind)).collect();
        ensure!(missing.is_empty(), "not listed: {missing:?}");
        Ok(Some(()))
    })
    .await
}

/// At most two lists of a kind (one after the cut, one after the expiry), and no call per object.
fn no_storm(calls: &[Call]) -> Result<()> {
    let lists = lists(calls);
    ensure!(lists.values().all(|count| *count <= 2), "lists: {lists:?}");
    let span = calls.last().zip(calls.first()).map_or(Duration::ZERO, |(last, first)| last.begun - first.begun);
    let of_store = calls.iter().filter(|call| call.is_provisioners() && call.namespace().is_some()).count();
    // A look asks for the Secrets' names; a store is looked at no more than twice a second.
    let most = 20 + 2 * usize::try_from(span.as_secs())?;
    ensure!(of_store <= most, "{of_store} calls for one store in {span:?}");
    Ok(())
}

/// How often each kind was listed.
fn lists(calls: &[Call]) -> BTreeMap<&str, usize> {
    let mut lists = BTreeMap::new();
    let answered = calls.iter().filter(|call| call.is_provisioners() && call.status == Some(200));
    for call in answered.filter(|call| call.lists()) {
        *lists.entry(call.path.as_str()).or_default() += 1;
    }
    lists
}
