//! What is read for hours ends with the right to read it.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, header};
use futures::StreamExt;
use serde_json::json;
use tower::ServiceExt;

use crate::accounts::{Browser, OTHER, account_id, set_up};
use crate::world::{STORES, World};

/// Five seconds in earnest.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Whether a stream goes on after many a look.
async fn goes_on(stream: BodyDataStream) -> bool {
    tokio::time::timeout(LOOK_AGAIN * 20, ended(stream)).await.is_err()
}

/// How a stream ended; `None`: it goes on, however slow this machine is.
async fn end(stream: BodyDataStream) -> Option<Result<(), axum::Error>> {
    tokio::time::timeout(Duration::from_mins(1), ended(stream)).await.ok()
}

async fn ended(mut stream: BodyDataStream) -> Result<(), axum::Error> {
    loop {
        match stream.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(()),
        }
    }
}

async fn open(world: &World, path: &str, headers: &[(header::HeaderName, &str)]) -> BodyDataStream {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(name, *value));
    let response = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.into_body().into_data_stream()
}

#[tokio::test]
async fn streams_end_with_the_right_to_read_them_and_no_sooner() {
    let world = World::with(|app| app.look_again = LOOK_AGAIN).await;
    world.work();
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let mut ada = set_up(&world).await;
    let account = json!({"email": "grace@example.com", "role": "admin", "password": OTHER});
    assert_eq!(ada.post("/accounts", account).await.status, 201);
    let grace = format!("/accounts/{}", account_id(&mut ada, "grace@example.com").await);
    let (mut desk, mut phone) = (Browser::new(&world), Browser::new(&world));
    for browser in [&mut desk, &mut phone] {
        assert_eq!(browser.sign_in("grace@example.com", OTHER).await.status, 201);
    }
    let made = json!({"name": "pipeline", "scope": "admin", "expiresInDays": 7});
    let made = desk.post("/tokens", made).await.json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let (at_desk, on_phone) = (desk.cookie.clone().unwrap(), phone.cookie.clone().unwrap());
    let log = format!("{STORES}/{id}/logs?follow=true");

    let token = (header::AUTHORIZATION, bearer.as_str());
    let text = (header::ACCEPT, "text/plain");
    let log_by_token = open(&world, &log, &[token.clone(), text]).await;
    let log_at_desk = open(&world, &log, &[(header::COOKIE, &at_desk)]).await;
    let events_at_desk = open(&world, "/api/v1/events", &[(header::COOKIE, &at_desk)]).await;
    let events_on_phone = open(&world, "/api/v1/events", &[(header::COOKIE, &on_phone)]).await;
    let hers = open(&world, &log, &[(header::COOKIE, &ada.cookie.clone().unwrap())]).await;
    assert_eq!(phone.send(Method::DELETE, "/session", None).await.status, 204);
    assert_eq!(ada.send(Method::PATCH, &grace, Some(&json!({"role": "viewer"}))).await.status, 200);

    let (file, lines, gone) = tokio::join!(end(log_by_token), end(log_at_desk), end(events_on_phone));
    assert!(matches!(file, Some(Err(_))), "half a file passes for a whole one: {file:?}");
    assert!(matches!(lines, Some(Ok(()))), "a viewer reads a log: {lines:?}");
    assert!(matches!(gone, Some(Ok(()))), "who signed out reads on: {gone:?}");
    let (events, ours) = tokio::join!(goes_on(events_at_desk), goes_on(hers));
    assert!(events, "a viewer may read events, and the stream ended");
    assert!(ours, "an administrator's log ended");

    let events = open(&world, "/api/v1/events", &[token]).await;
    assert_eq!(ada.send(Method::DELETE, &grace, None).await.status, 204);
    assert!(matches!(end(events).await, Some(Ok(()))), "a token whose account is gone reads on");
}
