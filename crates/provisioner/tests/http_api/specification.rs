use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::world::{STORES, World};

fn document() -> Value {
    serde_json::to_value(provisioner::http::openapi()).unwrap()
}

/// Each route of the specification: method, path, and whether it needs the token.
fn routes() -> Vec<(Method, String, bool)> {
    let mut routes = Vec::new();
    for (path, operations) in document()["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let ways = operation["security"].as_array().unwrap();
            let open = ways.iter().all(|way| way == &serde_json::json!({}));
            routes.push((method.to_uppercase().parse().unwrap(), path.clone(), !open));
        }
    }
    routes
}

#[test]
fn the_committed_specification_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let now = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "docs/openapi.json differs; `UPDATE=1 cargo test -p provisioner --test http_api` writes it anew"
    );
}

#[test]
fn the_whole_api_is_described() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["license"]["name"], "Apache-2.0");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in [
        "StoreView",
        "CreateStore",
        "Problem",
        "EventView",
        "CredentialsView",
        "Phase",
        "Engine",
        "Plan",
        "Stage",
        "ReasonCode",
        "DoctorReport",
        "Orphan",
        "AdoptionReport",
    ] {
        assert!(schemas.contains_key(name), "{name} is not described: {:?}", schemas.keys());
    }
    assert_every_reference_leads_somewhere(&document, &document);
    for (method, path, guarded) in self::routes() {
        let responses = &document["paths"][&path][method.as_str().to_lowercase()]["responses"];
        for (status, response) in responses.as_object().unwrap() {
            let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described, "{method} {path}: {status} has no description");
        }
        assert!(!guarded || responses.get("401").is_some(), "{method} {path}");
    }
}

fn assert_every_reference_leads_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
            }
            map.values().for_each(|value| assert_every_reference_leads_somewhere(document, value));
        }
        Value::Array(list) => list.iter().for_each(|value| assert_every_reference_leads_somewhere(document, value)),
        _ => {}
    }
}

/// Taken from the specification, which is taken from the routes: a new route is in this test by itself.
#[tokio::test]
async fn every_route_but_the_open_ones_needs_the_token() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    let mut open = BTreeSet::new();
    for (method, path, guarded) in routes() {
        let uri = path.replace("{store}", &id);
        for authorization in
            [None, Some("Bearer wrong"), Some("Bearer "), Some("Basic dG9rZW4="), Some("token-of-this-test")]
        {
            let mut request = Request::builder().method(method.clone()).uri(&uri);
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            let answer = world.raw(request.body(Body::empty()).unwrap()).await;
            if guarded {
                assert_eq!(answer.problem(401).0, "unauthorized", "{method} {path} with {authorization:?}");
                assert!(answer.header("www-authenticate").starts_with("Bearer "), "{method} {path}");
            } else {
                // What takes a body says so.
                let let_in = answer.status.is_success() || answer.status == 415;
                assert!(let_in, "{method} {path}: {}", answer.text);
                open.insert(path.clone());
            }
        }
    }
    let known =
        ["/api/v1/openapi.json", "/api/v1/session", "/api/v1/setup", "/health/live", "/health/ready", "/metrics"];
    assert_eq!(open, known.into_iter().map(str::to_owned).collect());
    assert_eq!(world.get(&format!("{STORES}/{id}")).await.json()["phase"], "requested", "a stranger changed something");
}

#[tokio::test]
async fn the_service_serves_its_own_specification() {
    let world = World::idle().await;
    let answer = world.raw(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.json(), document());
}
