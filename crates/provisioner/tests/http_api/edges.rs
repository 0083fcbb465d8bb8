use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::world::{STORES, World};

#[tokio::test]
async fn health_and_metrics_need_no_token() {
    let world = World::idle().await;
    world.create("cups").await;
    for path in ["/health/live", "/health/ready"] {
        let answer = world.raw(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let metrics = world.raw(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.text.contains("store_platform_stores{phase=\"requested\"} 1"), "{}", metrics.text);
    assert!(metrics.text.contains("store_platform_http_requests_total{"), "{}", metrics.text);
    assert!(metrics.text.contains("route=\"/api/v1/stores\""), "the route is the pattern: {}", metrics.text);
}

#[tokio::test]
async fn a_database_that_is_away_is_said_and_when_to_come_back() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    world.app.db.close().await;
    for path in [STORES.to_owned(), format!("{STORES}/{id}"), "/health/ready".to_owned(), "/metrics".to_owned()] {
        let answer = world.get(&path).await;
        assert_eq!(answer.problem(503).0, "database-away", "{path}");
        assert_eq!(answer.header("retry-after"), "3");
    }
    let answer = world.post(STORES, &json!({"name": "mugs", "engine": "woocommerce"})).await;
    assert_eq!(answer.problem(503).0, "database-away");
    assert_eq!(world.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_or_not_meant_so_is_a_problem_too() {
    let world = World::idle().await;
    for path in
        ["/", "/api", "/api/v1", "/api/v1/nothing", "/api/v2/stores", "/api/v1/stores/", "/wp-admin/install.php"]
    {
        assert_eq!(world.get(path).await.problem(404).0, "no-such-route", "{path}");
    }
    for (method, path) in [
        (Method::PUT, STORES),
        (Method::PATCH, "/api/v1/stores/cups"),
        (Method::GET, "/api/v1/stores/cups/retry"),
        (Method::POST, "/api/v1/engines"),
        (Method::OPTIONS, STORES),
        (Method::POST, "/health/live"),
    ] {
        let answer = world.send(method.clone(), path, &[("origin", "https://elsewhere.example")], None).await;
        assert_eq!(answer.problem(405).0, "method-not-allowed", "{method} {path}");
        assert!(!answer.header("allow").is_empty(), "{method} {path} does not say what is allowed");
        assert_eq!(answer.header("access-control-allow-origin"), "", "no page elsewhere may read this");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_is_kept_by_nobody() {
    let world = World::idle().await;
    let (first, second) = (world.get(STORES).await, world.get(STORES).await);
    assert_eq!(first.header("x-request-id").len(), 36);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!((first.header("cache-control"), first.header("x-content-type-options")), ("no-store", "nosniff"));
    assert_eq!(first.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(world.get("/nothing").await.header("cross-origin-resource-policy"), "same-origin");
}

#[tokio::test]
async fn a_flood_is_slowed_and_told_when_to_go_on() {
    let world = World::idle().await;
    let mut slowed = None;
    for _ in 0..2000 {
        let answer = world.get("/api/v1/engines").await;
        if answer.status != 200 {
            slowed = Some(answer);
            break;
        }
    }
    let slowed = slowed.expect("2000 requests in a row were all answered");
    assert_eq!(slowed.problem(429).0, "too-many-requests");
    assert_eq!(slowed.header("retry-after"), "1");
    // Probes are not part of the flood.
    assert_eq!(world.get("/health/ready").await.status, 200);
}
