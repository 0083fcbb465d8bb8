use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use futures::StreamExt;
use store_api::{EventStream, EventView};
use store_model::Phase;
use tower::ServiceExt;

use crate::world::{STORES, TOKEN, World};

async fn next(events: &mut EventStream) -> Option<EventView> {
    tokio::time::timeout(Duration::from_secs(20), events.next()).await.expect("no event in 20 s").unwrap()
}

#[tokio::test]
async fn a_reader_sees_the_store_get_ready_and_go_and_then_the_end() {
    let world = World::working().await;
    let client = world.client().await;
    let id = world.create("cups").await;
    let mut events = client.store_follow(&id, None);
    let mut seen = Vec::new();
    while let Some(event) = next(&mut events).await {
        if event.phase == Phase::Ready && event.kind == "phase" {
            client.store_delete(&id).await.unwrap();
        }
        seen.push(event);
    }
    assert!(seen.windows(2).all(|pair| pair[0].id < pair[1].id), "ids grow");
    let mut phases: Vec<Phase> = seen.iter().map(|event| event.phase).collect();
    phases.dedup();
    assert_eq!(
        phases,
        [Phase::Requested, Phase::Provisioning, Phase::Proving, Phase::Ready, Phase::Deleting, Phase::Deleted]
    );
    // Taken up in the middle, exactly the rest comes.
    let middle = seen.len() / 2;
    let mut rest = client.store_follow(&id, Some(seen[middle].id));
    for event in &seen[middle + 1..] {
        assert_eq!(next(&mut rest).await.as_ref(), Some(event));
    }
    assert_eq!(next(&mut rest).await, None);
    // And as a list.
    assert_eq!(client.store_events(&id, None).await.unwrap().items, seen);
    let after = client.store_events(&id, Some(seen[middle].id)).await.unwrap();
    assert_eq!(after.items, seen[middle + 1..]);
}

/// The first bytes of a stream that does not end by itself.
async fn head(world: &World, path: &str, headers: &[(&str, &str)]) -> (axum::http::HeaderMap, String) {
    let mut request = Request::builder().uri(path).header("authorization", format!("Bearer {TOKEN}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let headers = response.headers().clone();
    let mut chunks = response.into_body().into_data_stream();
    let chunk = tokio::time::timeout(Duration::from_secs(5), chunks.next()).await.unwrap().unwrap().unwrap();
    (headers, String::from_utf8(chunk.to_vec()).unwrap())
}

#[tokio::test]
async fn a_stream_is_one_for_browsers_and_proxies() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    let (headers, text) = head(&world, &format!("{STORES}/{id}/events"), &[("accept", "text/event-stream")]).await;
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert!(headers["cache-control"].to_str().unwrap().contains("no-"), "{headers:?}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.contains(&"event: phase") && lines.iter().any(|line| line.starts_with("id: ")), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("data: {")), "{text}");
}

#[tokio::test]
async fn last_event_id_wins_over_the_address_and_nonsense_is_refused() {
    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let list = world.send(Method::GET, &format!("{STORES}/{id}/events"), &[("accept", "application/json")], None).await;
    let second = list.json()["items"][1]["id"].as_i64().unwrap();
    let (_, text) =
        head(&world, &format!("{STORES}/{id}/events?after=0"), &[("last-event-id", &second.to_string())]).await;
    let first_id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().parse::<i64>().unwrap();
    assert!(first_id > second, "{text}");
    for bad in ["x", "-1", "1.5", ""] {
        let answer = world.send(Method::GET, &format!("{STORES}/{id}/events"), &[("last-event-id", bad)], None).await;
        assert_eq!(answer.problem(422).1, ["Last-Event-ID"], "{bad}");
    }
    assert_eq!(world.get(&format!("{STORES}/{id}/events?since=1")).await.problem(422).1, ["since"]);
}

#[tokio::test]
async fn every_stores_stream_begins_where_the_reader_stands_and_says_so_where_it_cannot() {
    let world = World::idle().await;
    let cursor = async || world.get("/api/v1/session").await.json()["eventCursor"].as_i64().unwrap();
    let before = cursor().await;
    let id = world.create("cups").await;
    // What happened after the answer that named the cursor comes first, and no `hello` asks to read everything anew.
    let (_, text) = head(&world, &format!("/api/v1/events?after={before}"), &[]).await;
    assert!(text.contains("event: phase") && text.contains(&id) && !text.contains("event: hello"), "{text}");
    let now = cursor().await;
    assert!(now > before);
    // As a reader comes whose cursor is from another database than this.
    let ahead = (now + 1).to_string();
    for (path, headers) in [
        ("/api/v1/events".to_owned(), vec![]),
        (format!("/api/v1/events?after={ahead}"), vec![]),
        ("/api/v1/events?after=0".to_owned(), vec![("last-event-id", ahead.as_str())]),
    ] {
        let (_, text) = head(&world, &path, &headers).await;
        assert!(text.contains("event: hello") && text.contains(&format!("id: {now}\n")), "{path} {headers:?}: {text}");
    }
}

#[tokio::test]
async fn a_shutdown_ends_the_streams_and_a_restart_is_not_noticed() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    let request = Request::builder()
        .uri(format!("{STORES}/{id}/events"))
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::empty())
        .unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    world.close();
    let all = tokio::time::timeout(Duration::from_secs(5), axum::body::to_bytes(response.into_body(), 1 << 20));
    let text = String::from_utf8(all.await.expect("the stream does not end").unwrap().to_vec()).unwrap();
    assert!(!text.contains("event: end"), "only a deleted store has an end: {text}");
}
