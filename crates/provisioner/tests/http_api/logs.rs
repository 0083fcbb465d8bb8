//! Components, logs and usage, on the cluster in memory.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, header};
use futures::StreamExt;
use provisioner::cluster::fake::Script;
use serde_json::{Value, json};
use store_model::Engine;

use crate::world::{STORES, TOKEN, World};

async fn ready(engine: Engine) -> (World, String) {
    let world = World::working().await;
    let id = world.create_of("cups", engine).await;
    world.until(&id, "ready").await;
    (world, id)
}

fn request(path: &str) -> Request<Body> {
    let request = Request::builder().method(Method::GET).uri(path);
    request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")).body(Body::empty()).unwrap()
}

/// Names and data of the messages of a whole stream.
fn messages(text: &str) -> Vec<(String, Value)> {
    let message = |part: &str| {
        let fields: HashMap<&str, &str> = part.lines().filter_map(|line| line.split_once(": ")).collect();
        (fields["event"].to_owned(), serde_json::from_str(fields["data"]).unwrap())
    };
    text.split("\n\n").filter(|part| !part.is_empty() && !part.starts_with(':')).map(message).collect()
}

async fn follow(world: &World, path: &str) -> BodyDataStream {
    let response = tower::ServiceExt::oneshot(world.router.clone(), request(path)).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

/// The next piece that is no comment; `None` at the end.
async fn piece(stream: &mut BodyDataStream) -> Option<String> {
    let next = async {
        loop {
            let piece = stream.next().await?.unwrap();
            let text = String::from_utf8(piece.to_vec()).unwrap();
            if !text.starts_with(':') {
                return Some(text);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), next).await.expect("nothing comes")
}

#[tokio::test]
async fn every_engine_names_its_programs_and_each_has_a_log() {
    for engine in Engine::ALL {
        let (world, id) = ready(engine).await;
        let listed = world.get(&format!("{STORES}/{id}/components")).await;
        assert_eq!(listed.status, 200, "{}", listed.text);
        let items = listed.json()["items"].as_array().unwrap().clone();
        let titles: Vec<&str> = items.iter().map(|item| item["title"].as_str().unwrap()).collect();
        assert!(["Shop", "Database", "Set-up"].iter().all(|title| titles.contains(title)), "{titles:?}");
        for item in &items {
            assert_eq!((&item["ready"], &item["restarts"]), (&json!(true), &json!(0)), "{item}");
            let name = item["name"].as_str().unwrap();
            let log = world.get(&format!("{STORES}/{id}/logs?component={name}")).await;
            assert_eq!((log.status.as_u16(), log.header("content-type")), (200, "text/event-stream"), "{name}");
            let told = messages(&log.text);
            let (last, lines) = told.split_last().unwrap();
            assert_eq!(*last, ("end".to_owned(), json!({})), "{name}");
            assert!(!lines.is_empty(), "{name}");
            for (event, data) in lines {
                assert!(event == "line" && data["line"].is_string() && data["at"].is_string(), "{name}: {data}");
            }
        }
        // The first one is what is read when none is named.
        let log = world.get(&format!("{STORES}/{id}/logs")).await;
        assert!(log.text.contains(&format!("{}: listening", items[0]["name"].as_str().unwrap())), "{}", log.text);
    }
}

#[tokio::test]
async fn a_log_is_a_file_for_whoever_asks_for_text() {
    let (world, id) = ready(Engine::Woocommerce).await;
    let path = format!("{STORES}/{id}/logs?component=mysql&tail=2");
    let file = world.send(Method::GET, &path, &[("accept", "text/plain")], None).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"cups-mysql.log\"");
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    let (at, line) = lines[1].split_once(' ').unwrap();
    assert!(at.parse::<jiff::Timestamp>().is_ok() && line == "mysql: ready for connections", "{}", lines[1]);
    // A browser that takes anything gets the stream.
    let both = [("accept", "text/event-stream, text/plain")];
    let stream = world.send(Method::GET, &path, &both, None).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
}

#[tokio::test]
async fn who_follows_hears_what_comes_and_that_it_ended() {
    let (world, id) = ready(Engine::Woocommerce).await;
    let mut stream = follow(&world, &format!("{STORES}/{id}/logs?tail=1&follow=true")).await;
    assert!(piece(&mut stream).await.unwrap().contains("event: line"));
    let visit = piece(&mut stream).await.unwrap();
    assert!(visit.contains("GET /") && visit.contains("200"), "{visit}");
    world.send(Method::DELETE, &format!("{STORES}/{id}"), &[], None).await;
    let mut last = visit;
    while let Some(next) = piece(&mut stream).await {
        last = next;
    }
    assert!(last.contains("event: end"), "{last}");
}

#[tokio::test]
async fn a_shutdown_ends_a_log_without_calling_it_the_end() {
    let (world, id) = ready(Engine::Woocommerce).await;
    let mut stream = follow(&world, &format!("{STORES}/{id}/logs?tail=1&follow=true")).await;
    piece(&mut stream).await.unwrap();
    world.close();
    while let Some(next) = piece(&mut stream).await {
        assert!(!next.contains("event: end"), "{next}");
    }
}

#[tokio::test]
async fn a_caller_reads_so_many_logs_at_once_and_no_more() {
    let (world, id) = ready(Engine::Woocommerce).await;
    let path = format!("{STORES}/{id}/logs?tail=1&follow=true");
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(follow(&world, &path).await);
    }
    let refused = world.get(&path).await;
    assert_eq!((refused.problem(429).0.as_str(), refused.header("retry-after")), ("too-many-logs", "5"));
    // Whoever goes away makes room.
    streams.pop();
    streams.push(follow(&world, &path).await);
}

#[tokio::test]
async fn what_can_not_be_read_is_refused_in_words() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    let logs = format!("{STORES}/{id}/logs");
    for (query, field) in [
        ("tail=5001", "tail"),
        ("tail=-1", "tail"),
        ("tail=many", "tail"),
        ("follow=yes", "follow"),
        ("since=1", "since"),
        ("tail=1&tail=2", "tail"),
    ] {
        assert_eq!(world.get(&format!("{logs}?{query}")).await.problem(422).1, [field], "{query}");
    }
    let unknown = world.get(&format!("{logs}?component=wordpress-0%0A")).await;
    assert_eq!(unknown.problem(404).0, "no-such-component");
    let detail = unknown.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("wordpress, mysql, setup, cron"), "{detail}");
    assert_eq!(world.get(&format!("{STORES}/mugs/logs")).await.problem(404).0, "no-such-store");
    // Nothing of it runs yet.
    let early = world.get(&logs).await;
    assert_eq!((early.problem(409).0.as_str(), early.header("retry-after")), ("no-log", "2"));
    let listed = world.get(&format!("{STORES}/{id}/components")).await.json();
    assert!(listed["items"].as_array().unwrap().iter().all(|item| item["ready"] == false), "{listed}");
    let usage = world.get(&format!("{STORES}/{id}/usage")).await.json();
    assert_eq!((&usage["measured"], &usage["reason"]), (&json!(false), &json!("nothing of the store runs")));
    for what in ["components", "logs", "usage"] {
        world.fake.script("cups", Script { unreachable: true, ..Script::default() });
        let away = world.get(&format!("{STORES}/{id}/{what}")).await;
        assert_eq!((away.problem(503).0.as_str(), away.header("retry-after")), ("cluster-away", "5"), "{what}");
        assert_eq!(world.get(&format!("{STORES}/mugs/{what}")).await.problem(404).0, "no-such-store");
    }
}

#[tokio::test]
async fn of_a_deleted_store_nothing_is_left_to_look_at() {
    let (world, id) = ready(Engine::Woocommerce).await;
    world.send(Method::DELETE, &format!("{STORES}/{id}"), &[], None).await;
    world.until(&id, "deleted").await;
    assert_eq!(world.get(&format!("{STORES}/{id}/components")).await.json(), json!({"items": []}));
    assert_eq!(world.get(&format!("{STORES}/{id}/logs")).await.problem(409).0, "no-log");
    let usage = world.get(&format!("{STORES}/{id}/usage")).await.json();
    assert_eq!(usage["reason"], "the store is deleted");
}

#[tokio::test]
async fn usage_is_within_its_limits_and_says_where_nothing_is_measured() {
    for engine in Engine::ALL {
        let (world, id) = ready(engine).await;
        let path = format!("{STORES}/{id}/usage");
        let usage = world.get(&path).await.json();
        assert!(usage["measured"] == true && usage.get("reason").is_none(), "{usage}");
        for component in usage["components"].as_array().unwrap() {
            let number = |field: &str| component[field].as_u64().unwrap_or_else(|| panic!("{field} of {component}"));
            assert!(number("cpuMillicores") <= number("cpuLimitMillicores"), "{component}");
            assert!((1..=number("memoryLimitBytes")).contains(&number("memoryBytes")), "{component}");
        }
        for volume in usage["volumes"].as_array().unwrap() {
            assert!(volume["usedBytes"].as_u64().unwrap() <= volume["capacityBytes"].as_u64().unwrap(), "{volume}");
        }
        world.fake.script("cups", Script { unmeasured: true, ..Script::default() });
        let usage = world.get(&path).await.json();
        assert!(usage["measured"] == false && usage["reason"].as_str().unwrap().contains("metrics-server"), "{usage}");
        let component = &usage["components"][0];
        assert!(component.get("memoryBytes").is_none() && component["memoryLimitBytes"].is_u64(), "{component}");
        assert!(usage["volumes"][0].get("usedBytes").is_none() && usage["volumes"][0]["capacityBytes"].is_u64());
    }
}

/// As a client sees it.
#[tokio::test]
async fn the_client_reads_a_log_to_its_end() {
    let (world, id) = ready(Engine::Medusa).await;
    let client = world.client().await;
    let listed = client.store_components(&id).await.unwrap();
    let database = listed.items.iter().find(|item| item.title == "Database").unwrap();
    let query = store_api::LogQuery { component: Some(database.name.clone()), tail: Some(1), follow: None };
    let mut log = client.store_logs("cups", &query).await.unwrap();
    let line = log.next().await.unwrap().unwrap();
    assert!(line.line.contains("ready for connections") && line.at.is_some(), "{line:?}");
    assert_eq!(log.next().await.unwrap(), None);
    assert!(client.store_usage(&id).await.unwrap().measured);
}
