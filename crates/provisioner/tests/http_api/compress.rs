//! What comes compressed, and what never does.

use std::io::Read;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use provisioner::http::{compress, policy};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{STORES, TOKEN, World};

const ENCODING: &str = "content-encoding";
/// What Chromium sends.
const BROWSER: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

fn request(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::get(path).header("authorization", format!("Bearer {TOKEN}"));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

/// Status, headers and bytes as they go over the wire.
async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let response = world.router.clone().oneshot(request(path, headers)).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, bytes.to_vec())
}

fn unzipped(bytes: &[u8]) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn with_stores(count: u8) -> World {
    let world = World::idle().await;
    for number in 0..count {
        world.create(&format!("cups-{number}")).await;
    }
    world
}

#[tokio::test]
async fn a_list_comes_compressed_to_who_asks_so_and_plain_to_who_does_not() {
    let world = with_stores(20).await;
    let (status, headers, plain) = get(&world, STORES, &[]).await;
    assert_eq!(status, 200);
    assert_eq!(headers.get(ENCODING), None);
    assert_eq!(headers["vary"], "accept-encoding", "a cache in between must not mix them up");
    for accept in [BROWSER, ("accept-encoding", "gzip")] {
        let (status, headers, zipped) = get(&world, STORES, &[accept]).await;
        assert_eq!((status, &headers[ENCODING]), (200, &"gzip".parse().unwrap()));
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers.get("content-length").is_none_or(|length| length == zipped.len().to_string().as_str()));
        assert!(zipped.len() * 5 < plain.len(), "{} of {} bytes", zipped.len(), plain.len());
        assert_eq!(unzipped(&zipped), serde_json::from_slice::<Value>(&plain).unwrap());
    }
    for accept in ["identity", "gzip;q=0", "br"] {
        let (_, headers, bytes) = get(&world, STORES, &[("accept-encoding", accept)]).await;
        assert_eq!((headers.get(ENCODING), &bytes), (None, &plain), "{accept}");
    }
}

#[tokio::test]
async fn what_fits_into_a_packet_and_what_is_refused_stay_plain() {
    let world = with_stores(0).await;
    let (status, headers, _) = get(&world, STORES, &[BROWSER]).await;
    assert_eq!((status, headers.get(ENCODING)), (200, None));
    let answer = world.send(Method::GET, &format!("{STORES}/nothing-here"), &[BROWSER], None).await;
    assert_eq!(answer.problem(404).0, "no-such-store");
    assert_eq!(answer.headers.get(ENCODING), None);
}

#[tokio::test]
async fn streams_are_never_compressed_though_their_list_is() {
    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let path = format!("{STORES}/{id}/events");
    for stream in [path.as_str(), "/api/v1/events?after=0"] {
        let asked = request(stream, &[BROWSER, ("accept", "text/event-stream")]);
        let response = world.router.clone().oneshot(asked).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream", "{stream}");
        assert_eq!(response.headers().get(ENCODING), None, "{stream}");
    }
    let (_, headers, _) = get(&world, &path, &[BROWSER, ("accept", "application/json")]).await;
    assert_eq!(headers[ENCODING], "gzip");
    for log in ["text/event-stream", "text/plain"] {
        let (status, headers, _) = get(&world, &format!("{STORES}/{id}/logs"), &[BROWSER, ("accept", log)]).await;
        assert_eq!((status, headers.get(ENCODING)), (200, None), "{log}");
    }
}

#[tokio::test]
async fn what_opens_something_is_never_compressed() {
    const SECRET: [(&str, &str); 11] = [
        ("POST", "/api/v1/setup"),
        ("POST", "/api/v1/setup/code"),
        ("GET", "/api/v1/session"),
        ("POST", "/api/v1/session"),
        ("PUT", "/api/v1/session/password"),
        ("GET", "/api/v1/accounts"),
        ("POST", "/api/v1/tokens"),
        ("GET", "/api/v1/tokens"),
        ("GET", "/api/v1/stores/{store}/credentials"),
        ("POST", "/api/v1/stores/{store}/login-link"),
        ("GET", "/api/v1/stores/{store}/logs"),
    ];
    let allowed = |method: &str, path: &str| compress::may(&method.parse().unwrap(), path);
    for (method, path) in SECRET {
        assert!(policy::all().any(|(known, at, _)| (known, at) == (method, path)), "{method} {path} is no route");
        assert!(!allowed(method, path), "{method} {path}");
    }
    let compressed = policy::all().filter(|(method, path, _)| allowed(method, path)).count();
    assert_eq!(compressed, compress::COMPRESSED.len(), "each that may be compressed is a route");

    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let (status, headers, bytes) = get(&world, &format!("{STORES}/{id}/credentials"), &[BROWSER]).await;
    assert_eq!((status, headers.get(ENCODING)), (200, None));
    assert!(serde_json::from_slice::<Value>(&bytes).unwrap()["adminPassword"].is_string());
    // Longer than what would be compressed elsewhere.
    for number in 0..10 {
        let token = json!({"name": format!("pipeline {number}"), "scope": "viewer", "expiresInDays": 7});
        assert_eq!(world.post("/api/v1/tokens", &token).await.status, 201);
    }
    let (_, headers, bytes) = get(&world, "/api/v1/tokens", &[BROWSER]).await;
    assert!(bytes.len() > 1 << 10, "{} bytes", bytes.len());
    assert_eq!(headers.get(ENCODING), None);
}
