//! Every route has a policy, and the policy is what happens.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};
use provisioner::http::policy::{self, Policy};
use serde_json::json;
use store_api::Role;

use crate::world::World;

/// Method and path of every operation of the specification.
fn routes() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(provisioner::http::openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    routes
}

#[test]
fn every_route_has_a_policy_and_every_policy_a_route() {
    let policies: BTreeSet<(String, String)> =
        policy::all().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(policies.len(), policy::all().count(), "a route stands in the table twice");
    assert_eq!(routes(), policies);
}

fn request(method: &str, path: &str, token: Option<&str>) -> Request<Body> {
    // Ids of nothing: who may not ask is told so before anything is looked for.
    let path = path.replace("{store}", "nothing").replace("{account}", "nothing");
    let path = path.replace("{token}", "nothing").replace("{name}", "nothing");
    let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from("{}")).unwrap()
}

#[tokio::test]
async fn nobody_gets_in_without_a_session_or_a_token() {
    let world = World::idle().await;
    for (method, path, policy) in policy::all() {
        for token in [None, Some("sp_wrong"), Some("sp_wrong_wrong")] {
            let answer = world.status(request(method, path, token)).await;
            match policy {
                Policy::Open => assert!(answer != 401 && answer != 403, "{method} {path}: {answer}"),
                Policy::Role(_) => assert_eq!(answer, 401, "{method} {path} with {token:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_viewer_may_look_and_an_administrator_may_do() {
    let world = World::idle().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        let new = json!({"name": "test", "scope": role.as_str(), "expiresInDays": 1});
        let made = world.post("/api/v1/tokens", &new).await;
        assert_eq!(made.status, 201, "{}", made.text);
        tokens.push((role, made.json()["token"].as_str().unwrap().to_owned()));
    }
    for (method, path, policy) in policy::all() {
        let Policy::Role(wanted) = policy else { continue };
        for (role, token) in &tokens {
            let answer = world.status(request(method, path, Some(token))).await;
            assert_eq!(answer == 403, *role < wanted, "{method} {path} as {}: {answer}", role.as_str());
            assert_ne!(answer, 401, "{method} {path} as {}", role.as_str());
        }
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_know_does_nothing() {
    let world = World::idle().await;
    assert_eq!(world.status(request("PATCH", "/api/v1/stores", None)).await, 405);
    assert_eq!(world.status(request("DELETE", "/api/v1/stores", None)).await, 405);
    assert_eq!(world.status(request(Method::HEAD.as_str(), "/api/v1/stores", None)).await, 401);
}
