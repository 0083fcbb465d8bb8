//! The one-click log-in, on the cluster in memory. That a real store takes the link is `e2e`'s to show.

use axum::http::Method;
use jiff::Timestamp;
use provisioner::cluster::fake::Script;
use serde_json::json;
use store_model::Engine;

use crate::world::{STORES, World};

fn has_links(engine: Engine) -> bool {
    engine.spec().login_path.is_some()
}

#[tokio::test]
async fn a_link_leads_to_the_stores_own_host_for_a_minute_and_leaves_a_trace() {
    let world = World::working().await;
    for engine in Engine::ALL.into_iter().filter(|engine| has_links(*engine)) {
        let name = format!("shop-{}", engine.as_str());
        let id = world.create_of(&name, engine).await;
        world.until(&id, "ready").await;
        let made = world.post(&format!("{STORES}/{name}/login-link"), &json!({})).await;
        assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, "no-store"), "{}", made.text);
        let url = made.json()["url"].as_str().unwrap().to_owned();
        let path = engine.spec().login_path.unwrap();
        assert!(url.starts_with(&format!("http://{name}.localhost:8080{path}")), "{url}");
        assert!(url.contains("this-cluster-is-in-memory"), "{url}");
        let ends: Timestamp = made.json()["expiresAt"].as_str().unwrap().parse().unwrap();
        let left = ends.duration_since(Timestamp::now()).as_secs();
        assert!((50..=60).contains(&left), "{left} s left");

        let accept = [("accept", "application/json")];
        let events = world.send(Method::GET, &format!("{STORES}/{id}/events"), &accept, None).await;
        let trace = events.json()["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&trace["kind"], &trace["message"]), (&json!("login"), &json!("log-in link: made for api-token")));
        assert!(!events.text.contains("in-memory"), "the link is in an event");
    }
    assert_eq!(world.app.db.audit_verify().await.unwrap().broken_at, None);
}

#[tokio::test]
async fn where_there_is_no_door_it_says_so_and_what_to_do() {
    let world = World::working().await;
    for engine in Engine::ALL {
        let name = format!("shop-{}", engine.as_str());
        let id = world.create_of(&name, engine).await;
        world.until(&id, "ready").await;
        world.fake.script(&name, Script { no_login_key: true, ..Script::default() });
        let refused = world.post(&format!("{STORES}/{name}/login-link"), &json!({})).await;
        assert_eq!(refused.problem(409).0, "no-login-link", "{engine:?}");
        assert!(refused.json()["detail"].as_str().unwrap().contains("use the credentials"), "{}", refused.text);
        let accept = [("accept", "application/json")];
        let events = world.send(Method::GET, &format!("{STORES}/{id}/events"), &accept, None).await;
        assert!(!events.text.contains("log-in link"), "an event of a link that was not made");
    }
    let engines = world.get("/api/v1/engines").await.json();
    for (shown, engine) in engines.as_array().unwrap().iter().zip(Engine::ALL) {
        assert_eq!(shown["loginLink"], has_links(engine), "{shown}");
    }
}

#[tokio::test]
async fn only_a_ready_store_is_logged_into() {
    let world = World::idle().await;
    let engine = Engine::ALL.into_iter().find(|engine| has_links(*engine)).unwrap();
    let id = world.create_of("cups", engine).await;
    let path = format!("{STORES}/{id}/login-link");
    assert_eq!(world.post(&path, &json!({})).await.problem(409).0, "not-ready");
    world.work();
    world.until(&id, "ready").await;
    world.fake.script("cups", Script { unreachable: true, ..Script::default() });
    assert_eq!(world.post(&path, &json!({})).await.problem(503).0, "cluster-away");
    world.send(Method::DELETE, &format!("{STORES}/{id}"), &[], None).await;
    assert_eq!(world.post(&path, &json!({})).await.problem(409).0, "not-ready");
    assert_eq!(world.post(&format!("{STORES}/mugs/login-link"), &json!({})).await.problem(404).0, "no-such-store");
}
