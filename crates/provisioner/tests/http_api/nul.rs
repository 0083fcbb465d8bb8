//! PostgreSQL has no NUL in a text. Whoever sends one is told so, and not that the database is away.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use crate::postgres;
use crate::world::{STORES, World};

/// Taken from the specification: a new route is in this test by itself.
fn routes_with_a_name_in_them() -> Vec<(Method, String)> {
    let document = serde_json::to_value(provisioner::http::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some((before, rest)) = path.split_once('{') else { continue };
        let (_, after) = rest.split_once('}').unwrap();
        for method in operations.as_object().unwrap().keys() {
            for name in ["%00", "a%00b", "cups%00"] {
                routes.push((method.to_uppercase().parse().unwrap(), format!("{before}{name}{after}")));
            }
        }
    }
    routes
}

#[tokio::test]
async fn nul_is_refused_before_a_database_sees_it() {
    let url = postgres::new_database().await;
    let world = World::with_env(&[("DATABASE_URL", &url)]).await;
    let routes = routes_with_a_name_in_them();
    assert!(routes.len() > 20, "{routes:?}");
    for (method, path) in routes {
        let answer = world.send(method.clone(), &path, &[], Some(&json!({"role": "viewer"}))).await;
        assert_eq!(answer.problem(404).0, "no-such-route", "{method} {path}");
    }
    assert_eq!(world.get(&format!("{STORES}?search=a%00b")).await.problem(422).1, ["search"]);
    // Open to everybody.
    let sign_in = json!({"email": "a\0@example.com", "password": "b"});
    let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json");
    let answer = world.raw(request.body(Body::from(sign_in.to_string())).unwrap()).await;
    assert_eq!(answer.problem(422).1, ["email"]);
}
