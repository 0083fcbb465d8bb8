//! Every route has a policy, and the policy is what happens.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};
use provisioner::http::policy::{self, Policy};
use serde_json::{Value, json};
use store_api::Role;

use crate::accounts::{Browser, OTHER, set_up};
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
                Policy::Role(_) | Policy::Person(_) => assert_eq!(answer, 401, "{method} {path} with {token:?}"),
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
        if path == "/api/v1/tokens/{token}" {
            // A token revokes itself alone: the next test.
            continue;
        }
        for (role, token) in &tokens {
            let answer = world.status(request(method, path, Some(token))).await;
            assert_eq!(answer == 403, *role < wanted, "{method} {path} as {}: {answer}", role.as_str());
            assert_ne!(answer, 401, "{method} {path} as {}", role.as_str());
        }
    }
}

#[tokio::test]
async fn no_token_changes_who_may_ask_but_by_ending_itself() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let new = |scope: Role| json!({"name": "pipeline", "scope": scope.as_str(), "expiresInDays": 7});
    let other = ada.post("/tokens", new(Role::Admin)).await.json();
    // Of an account, and made with the platform's own.
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push(ada.post("/tokens", new(role)).await.json());
        tokens.push(world.post("/api/v1/tokens", &new(role)).await.json());
    }
    let text = |token: &Value, field: &str| token[field].as_str().unwrap().to_owned();
    for token in &tokens {
        let secret = text(token, "token");
        let mut refused = vec![request("DELETE", &format!("/api/v1/tokens/{}", text(&other, "id")), Some(&secret))];
        for (method, path, policy) in policy::all() {
            if matches!(policy, Policy::Person(_)) {
                refused.push(request(method, path, Some(&secret)));
            }
        }
        assert_eq!(refused.len(), 7, "setting up, three of accounts, two of tokens, and another's end");
        for request in refused {
            let asked = format!("{} {}", request.method(), request.uri());
            let answer = world.raw(request).await;
            assert_eq!(answer.problem(403).0, "not-by-token", "{asked} by {token}");
            assert!(answer.text.contains("sign in to the dashboard"), "{}", answer.text);
        }
    }
    assert_eq!(ada.get("/tokens").await.json()["items"].as_array().unwrap().len(), 5, "none more, none less");
    for token in &tokens {
        let (id, secret) = (text(token, "id"), text(token, "token"));
        let end = || request("DELETE", &format!("/api/v1/tokens/{id}"), Some(&secret));
        assert_eq!(world.status(end()).await, 204, "{token}");
        assert_eq!(world.status(end()).await, 401, "{token} works on");
    }
    assert_eq!(world.status(request("GET", "/api/v1/session", Some(&text(&other, "token")))).await, 200);
}

#[tokio::test]
async fn a_person_does_what_the_role_allows() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let grace = json!({"email": "grace@example.com", "role": "viewer", "password": OTHER});
    assert_eq!(ada.post("/accounts", grace).await.status, 201);
    let mut grace = Browser::new(&world);
    assert_eq!(grace.sign_in("grace@example.com", OTHER).await.status, 201);
    for (method, path, policy) in policy::all() {
        let Policy::Person(wanted) = policy else { continue };
        let path = path.replace("{account}", "nothing").replace("/api/v1", "");
        for (role, browser) in [(Role::Admin, &mut ada), (Role::Viewer, &mut grace)] {
            let answer = browser.send(method.parse().unwrap(), &path, Some(&json!({}))).await;
            assert_eq!(answer.status == 403, role < wanted, "{method} {path} as {}: {}", role.as_str(), answer.text);
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
