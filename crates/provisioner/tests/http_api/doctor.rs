use axum::http::Method;
use provisioner::cluster::fake::Volumes;
use serde_json::json;
use store_api::{AdoptionOutcome, DoctorReport};
use store_model::StoreId;
use store_model::orphans::Orphan;

use crate::world::{STORES, World};

const DOCTOR: &str = "/api/v1/doctor";

async fn sweep(world: &World) -> DoctorReport {
    let answer = world.send(Method::POST, &format!("{DOCTOR}/sweep"), &[], None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

#[tokio::test]
async fn the_report_says_what_is_wrong_since_when_and_what_cures_it() {
    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let healthy = sweep(&world).await;
    assert_eq!(healthy.orphans, []);
    assert!(healthy.sweep.at.is_some() && healthy.sweep.every_seconds == 300 && healthy.sweep.grace_seconds == 86_400);
    assert!(healthy.audit.intact && healthy.audit.rows > 0, "{:?}", healthy.audit);

    world.fake.lose(&StoreId::parse(&id).unwrap(), Volumes::Stay);
    sweep(&world).await;
    let report = sweep(&world).await;
    let lost = report.orphans.iter().find(|orphan| orphan.kind == Orphan::Lost).unwrap();
    assert_eq!((lost.store_id.as_str(), lost.sightings >= 2), (id.as_str(), true), "{lost:?}");
    assert!(lost.cure.contains("Retry") && lost.removes_at.is_none() && !lost.adoptable);
    assert!(report.orphans.iter().any(|orphan| orphan.kind == Orphan::Volume), "{report:?}");
    let failed = world.until(&id, "failed").await;
    assert_eq!(failed["reason"]["code"], "namespace-lost");
    let again: DoctorReport = serde_json::from_str(&world.get(DOCTOR).await.text).unwrap();
    assert_eq!(again.orphans, report.orphans, "to read is not to sweep");

    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains(r#"store_platform_orphans{kind="lost"} 1"#), "{metrics}");
    assert!(metrics.contains("store_platform_sweep_seconds"), "{metrics}");
}

/// As a client sees it: `storectl` has the same from its own side.
#[tokio::test]
async fn adopting_answers_what_was_adopted_and_what_not() {
    let before = World::working().await;
    let id = before.create("cups").await;
    before.until(&id, "ready").await;
    let world = World::beside(&before.fake).await;
    world.work();
    let client = world.client().await;
    let found = client.doctor_sweep().await.unwrap().orphans;
    assert!(found.len() == 1 && found[0].adoptable && found[0].removes_at.is_none(), "{found:?}");
    let report = client.doctor_adopt(None).await.unwrap();
    assert_eq!((report.items.len(), report.items[0].outcome), (1, AdoptionOutcome::Adopted));
    assert_eq!(report.items[0].name.as_deref(), Some("cups"));
    world.until(&id, "ready").await;
    assert_eq!(client.doctor_adopt(None).await.unwrap().items, []);
    let named = client.doctor_adopt(Some(&format!("store-{id}"))).await.unwrap();
    assert_eq!(named.items[0].outcome, AdoptionOutcome::Known);
    let nobody = client.doctor_adopt(Some("store-s0123456789a")).await.unwrap();
    assert_eq!(nobody.items[0].outcome, AdoptionOutcome::Refused);
    assert_eq!(world.get(&format!("{STORES}/cups")).await.json()["id"], json!(id));
}

#[tokio::test]
async fn what_is_no_namespace_of_a_store_is_refused_by_its_field() {
    let world = World::idle().await;
    let adopt = format!("{DOCTOR}/adopt");
    for body in [json!({"namespace": "kube-system"}), json!({"namespace": "store-../x"}), json!({"namespace": 1})] {
        assert_eq!(world.post(&adopt, &body).await.problem(422).1, ["namespace"], "{body}");
    }
    assert_eq!(world.post(&adopt, &json!({"all": true})).await.problem(422).1, ["all"]);
    world.send(Method::POST, &adopt, &[], None).await.problem(415);
}
