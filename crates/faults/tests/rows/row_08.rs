//! Watches that expire, that are cut and that fall silent: the sight is right within one list, and nobody is stormed.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use faults::node::Plan;
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
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
        let expired = |call: &Call| call.is_watch() && call.is_provisioners();
        let first = scene.proxy.add(Rule::new(gone, expired).times(KINDS / 2));
        let second = scene.proxy.add(Rule::new(event, expired).times(KINDS / 2));
        let mark = scene.proxy.mark();
        scene.proxy.cut();
        // What happens meanwhile is told by no watch.
        scene.plane.node.plan(&scene.name("cups"), Plan::Ready);
        scene.ready(&service, &store.id).await?;
        first.hit(KINDS / 2).await?;
        second.hit(KINDS / 2).await?;
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

/// At most two lists of a kind (one after the cut, one after the expiry), and no call per object.
fn no_storm(calls: &[Call]) -> Result<()> {
    let mut lists: BTreeMap<&str, usize> = BTreeMap::new();
    let of_kinds = calls.iter().filter(|call| call.is_provisioners() && !call.is_watch() && call.namespace().is_none());
    for call in of_kinds.filter(|call| call.method == "GET") {
        *lists.entry(&call.path).or_default() += 1;
    }
    ensure!(lists.values().all(|count| *count <= 2), "lists: {lists:?}");
    let span = calls.last().zip(calls.first()).map_or(Duration::ZERO, |(last, first)| last.begun - first.begun);
    let of_store = calls.iter().filter(|call| call.is_provisioners() && call.namespace().is_some()).count();
    // A look asks for the Secrets' names; a store is looked at no more than twice a second.
    let most = 20 + 2 * usize::try_from(span.as_secs())?;
    ensure!(of_store <= most, "{of_store} calls for one store in {span:?}");
    Ok(())
}
