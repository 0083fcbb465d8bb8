use axum::http::Method;
use provisioner::cluster::fake::Script;
use serde_json::{Value, json};
use store_api::CredentialsView;
use store_model::Engine;

use crate::world::{Answer, STORES, World};

async fn delete(world: &World, store: &str) -> Answer {
    world.send(Method::DELETE, &format!("{STORES}/{store}"), &[], None).await
}

async fn retry(world: &World, store: &str) -> Answer {
    world.send(Method::POST, &format!("{STORES}/{store}/retry"), &[], None).await
}

#[tokio::test]
async fn a_store_gets_ready_with_its_proof_and_every_step_timed() {
    let world = World::working().await;
    let id = world.create("cups").await;
    let store = world.until(&id, "ready").await;
    assert!(store["readyAt"].as_str().unwrap().ends_with('Z'));
    let proof = &store["proof"];
    assert!(proof["orderId"].is_string() && proof["total"].is_string() && proof["seconds"].is_number(), "{proof}");
    assert_eq!(proof["at"], store["readyAt"]);
    for step in store["steps"].as_array().unwrap() {
        assert_eq!(step["state"], "done", "{step}");
        assert!(step["endedAt"].is_string(), "{step}");
    }
    assert_eq!(world.get(&format!("{STORES}/cups")).await.json(), store);
    assert!(store.get("reason").is_none() && store.get("removed").is_none(), "{store}");
}

#[tokio::test]
async fn a_deleted_store_answers_by_id_with_what_was_removed_and_its_name_is_free() {
    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let answer = delete(&world, "cups").await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json()["phase"], "deleting");
    let gone = world.until(&id, "deleted").await;
    assert!(!gone["removed"].as_array().unwrap().is_empty(), "{gone}");
    world.get(&format!("{STORES}/cups")).await.problem(404);
    assert_eq!(delete(&world, &id).await.json()["phase"], "deleted");
    assert_eq!(retry(&world, &id).await.problem(409).0, "deleted");
    assert_eq!(world.get(STORES).await.json()["total"], 0);
    assert_eq!(world.get(&format!("{STORES}?phase=deleted")).await.json()["items"][0]["id"], json!(id));
    assert_ne!(world.create("cups").await, id);
}

#[tokio::test]
async fn a_failure_says_what_happened_and_what_to_do_and_a_retry_goes_on() {
    let world = World::working().await;
    world.fake.script("cups", Script { image_broken: true, ..Script::default() });
    let id = world.create("cups").await;
    let failed = world.until(&id, "failed").await;
    let reason = &failed["reason"];
    assert_eq!(reason["code"], "image-pull");
    for field in ["message", "cure", "detail"] {
        assert!(!reason[field].as_str().unwrap().is_empty(), "{field} of {reason}");
    }
    world.fake.script("cups", Script::default());
    assert_eq!(retry(&world, "cups").await.status, 202);
    world.until(&id, "ready").await;
}

#[tokio::test]
async fn what_is_no_store_is_not_found_on_every_route() {
    let world = World::idle().await;
    for store in ["nothing-here", "s0000000000a", "Not%20A%20Name", "..%2F..%2Fetc", "%00", &"a".repeat(5000)] {
        let path = format!("{STORES}/{store}");
        world.get(&path).await.problem(404);
        delete(&world, store).await.problem(404);
        retry(&world, store).await.problem(404);
        world.get(&format!("{path}/events")).await.problem(404);
        world.get(&format!("{path}/credentials")).await.problem(404);
    }
}

#[tokio::test]
async fn credentials_are_shown_when_they_are_made_and_that_leaves_a_trace() {
    let world = World::idle().await;
    let id = world.create("cups").await;
    let early = world.get(&format!("{STORES}/{id}/credentials")).await;
    assert_eq!(early.problem(409).0, "no-credentials");

    let world = World::working().await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    let answer = world.get(&format!("{STORES}/cups/credentials")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["adminUrl"], "http://cups.localhost:8080/wp-admin/");
    assert_eq!(answer.header("cache-control"), "no-store");

    let accept = [("accept", "application/json")];
    let events = world.send(Method::GET, &format!("{STORES}/{id}/events"), &accept, None).await;
    let trace = events.json()["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (trace["kind"].as_str(), trace["message"].as_str()),
        (Some("credentials"), Some("credentials: shown to api-token"))
    );

    world.fake.script("cups", Script { unreachable: true, ..Script::default() });
    delete(&world, "cups").await;
    assert_eq!(world.get(&format!("{STORES}/{id}/credentials")).await.problem(409).0, "no-credentials");
}

#[tokio::test]
async fn each_engine_shows_its_own_keys_and_none_of_them_in_an_event() {
    let world = World::working().await;
    for engine in Engine::ALL {
        let (name, spec) = (format!("shop-{}", engine.as_str()), engine.spec());
        let id = world.create_of(&name, engine).await;
        world.until(&id, "ready").await;
        let answer = world.get(&format!("{STORES}/{name}/credentials")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let shown: CredentialsView = serde_json::from_str(&answer.text).unwrap();
        assert!(shown.admin_url.ends_with(spec.admin_path), "{}", shown.admin_url);
        assert!(!shown.admin_user.is_empty());
        let names: Vec<&str> = shown.keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, spec.shown.iter().map(|shown| shown.name).collect::<Vec<_>>());
        assert!(shown.keys.iter().all(|key| !key.title.is_empty() && key.value.len() > 20), "{shown:?}");
        // What the proof and the tests need of them.
        let keys = shopper::keys(engine, |name| shown.key(name).map(Into::into));
        assert!(keys.is_ok(), "{}", keys.err().unwrap());

        let accept = [("accept", "application/json")];
        let events = world.send(Method::GET, &format!("{STORES}/{id}/events"), &accept, None).await.text;
        let view = world.get(&format!("{STORES}/{id}")).await.text;
        let secrets = shown.keys.iter().map(|key| &key.value).chain([&shown.admin_password]);
        for secret in secrets {
            assert!(!events.contains(secret) && !view.contains(secret), "a secret of {name} is in its events or view");
        }
    }
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|store| store["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_are_paged_filtered_and_searched() {
    let world = World::idle().await;
    let all = ["red-cups", "blue-cups", "mugs", "plates", "spoons"];
    for name in all {
        world.create(name).await;
        // Newest first means something only when no two are of the same millisecond.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let mut seen = Vec::new();
    let mut path = format!("{STORES}?limit=2");
    loop {
        let page = world.get(&path).await.json();
        assert_eq!(page["total"], 5);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("{STORES}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, all.iter().rev().copied().collect::<Vec<_>>());

    let found = |query: &'static str| {
        let world = &world;
        async move { world.get(&format!("{STORES}?{query}")).await.json() }
    };
    assert_eq!(names(&found("search=cups").await), ["blue-cups", "red-cups"]);
    assert_eq!(names(&found("search=CUPS&limit=1").await), ["blue-cups"]);
    // Wildcards of SQL stand for themselves.
    for query in ["search=%25", "search=_", "search=!", "search=%5C", "search=%27%20OR%201%3D1"] {
        assert_eq!(found(query).await["total"], 0, "{query}");
    }
    assert_eq!(found("search=").await["total"], 5);
    assert_eq!(found("phase=requested&engine=woocommerce").await["total"], 5);
    assert_eq!(found("phase=ready").await["total"], 0);
    assert_eq!(found("engine=medusa").await["total"], 0);
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let world = World::idle().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=1-drop", "cursor"),
        ("phase=happy", "phase"),
        ("engine=magento", "engine"),
        ("search=%00", "search"),
        ("page=2", "page"),
    ] {
        assert_eq!(world.get(&format!("{STORES}?{query}")).await.problem(422).1, [field], "{query}");
    }
}
