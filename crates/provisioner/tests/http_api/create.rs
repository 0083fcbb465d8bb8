use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use store_api::CreateStore;
use store_model::{Engine, Plan};

use crate::world::{STORES, TOKEN, World};

#[tokio::test]
async fn a_create_is_answered_at_once_with_the_store_and_where_it_is() {
    let world = World::idle().await;
    let answer = world.post(STORES, &json!({"name": "blue-cups", "engine": "woocommerce"})).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let store = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1/stores/{}", store["id"].as_str().unwrap()));
    for (field, value) in [
        ("name", json!("blue-cups")),
        ("phase", json!("requested")),
        ("plan", json!("small")),
        ("title", json!("Blue cups")),
        ("host", json!("blue-cups.localhost")),
        ("url", json!("http://blue-cups.localhost:8080")),
        ("adminUrl", json!("http://blue-cups.localhost:8080/wp-admin/")),
        ("attempts", json!(0)),
    ] {
        assert_eq!(store[field], value, "{field}");
    }
    let steps: Vec<&str> =
        store["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["namespace", "credentials", "release", "database", "application", "route", "proof"]);
    let found = world.get(answer.header("location")).await;
    assert_eq!(found.json(), store);
}

/// Spelled out without `..`: a field added to the request must be parsed too, or this refuses to compile.
#[tokio::test]
async fn every_field_of_the_request_is_taken() {
    let world = World::idle().await;
    let store = CreateStore {
        name: "cups".to_owned(),
        engine: Engine::Woocommerce,
        plan: Some(Plan::Large),
        title: Some("Café \"Löwe\", {{cups}}".to_owned()),
        admin_email: Some("mara@example.com".to_owned()),
        currency: Some("CHF".to_owned()),
        country: Some("US:CA".to_owned()),
        sample_products: Some(false),
    };
    let answer = world.post(STORES, &serde_json::to_value(&store).unwrap()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let row = world.app.db.store_find("cups").await.unwrap().unwrap().store;
    assert_eq!((row.plan, row.settings.title.as_str()), (Plan::Large, "Café \"Löwe\", {{cups}}"));
    assert_eq!((row.settings.currency.as_str(), row.settings.country.as_str()), ("CHF", "US:CA"));
    assert_eq!((row.settings.admin_email.as_str(), row.settings.sample_products), ("mara@example.com", false));
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_by_its_field_and_makes_nothing() {
    let world = World::idle().await;
    let long = "a".repeat(64 << 10);
    let names = [
        "",
        "ab",
        "-cups",
        "cups-",
        "Cups",
        "1cups",
        "cups\n",
        "cu\"ps",
        "cu'ps",
        "{{cups}}",
        "a,b",
        "cu\0ps",
        "cups\u{202e}",
        "cup.s",
        "../cups",
        "xn--cups",
        "api",
        "dashboard",
        "www",
        "admin",
        "قمصان",
        &long,
    ];
    for name in names {
        let answer = world.post(STORES, &json!({"name": name, "engine": "woocommerce"})).await;
        assert_eq!(answer.problem(422), ("invalid".to_owned(), vec!["name".to_owned()]), "{name:.20?}");
    }
    assert_eq!(world.get(STORES).await.json()["total"], 0);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let world = World::idle().await;
    let bad = json!({
        "name": 7, "engine": "magento", "plan": "gigantic", "title": "a\u{0}b", "adminEmail": "a@b.example\nBcc: c@d.example",
        "currency": "euro", "country": "Germany", "sampleProducts": "yes", "surprise": 1,
    });
    let (_, mut fields) = world.post(STORES, &bad).await.problem(422);
    let mut all: Vec<&str> = bad.as_object().unwrap().keys().map(String::as_str).collect();
    all.sort_unstable();
    fields.sort_unstable();
    assert_eq!(fields, all);
    let (_, fields) = world.post(STORES, &json!({})).await.problem(422);
    assert_eq!(fields, ["name", "engine"]);
    // Each alone, beside what is right.
    for (field, value) in bad.as_object().unwrap() {
        let mut body = json!({"name": "cups", "engine": "woocommerce"});
        body[field] = value.clone();
        let (_, fields) = world.post(STORES, &body).await.problem(422);
        assert_eq!(fields, [field.as_str()]);
    }
}

async fn body(world: &World, content_type: Option<&str>, body: impl Into<Body>) -> crate::world::Answer {
    let mut request =
        Request::builder().method(Method::POST).uri(STORES).header("authorization", format!("Bearer {TOKEN}"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    world.raw(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_body_that_is_no_object_of_json_is_refused_for_what_it_is() {
    let world = World::idle().await;
    let good = r#"{"name": "cups", "engine": "woocommerce"}"#;
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        assert_eq!(body(&world, content_type, good).await.problem(415).0, "not-json");
    }
    let json = Some("application/json");
    for malformed in ["", "{", r#"{"name": }"#, "\u{FEFF}{}", &"{\"a\":".repeat(1000)] {
        assert_eq!(body(&world, json, malformed.to_owned()).await.problem(400).0, "malformed", "{malformed:.20}");
    }
    assert_eq!(body(&world, json, vec![b'"', 0xff, b'"']).await.problem(400).0, "malformed");
    for other in ["null", "7", "[]", "\"cups\"", r#"{"name": "cups", "name": "mugs", "engine": "woocommerce"}"#] {
        assert_eq!(body(&world, json, other).await.problem(422).1, ["body"], "{other}");
    }
    let long = json!({"name": "cups", "engine": "woocommerce", "title": "x".repeat(100 << 10)}).to_string();
    assert_eq!(body(&world, json, long).await.problem(413).0, "too-large");
    assert_eq!(world.get(STORES).await.json()["total"], 0);
    assert_eq!(body(&world, Some("application/json; charset=utf-8"), good).await.status, 202);
}

#[tokio::test]
async fn a_name_is_given_once() {
    let world = World::idle().await;
    let body = json!({"name": "cups", "engine": "woocommerce"});
    let answers = futures::future::join_all((0..8).map(|_| world.post(STORES, &body))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 1);
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!(refused.problem(409).0, "name-taken");
    }
}

async fn keyed(world: &World, key: &str, body: &Value) -> crate::world::Answer {
    world.send(Method::POST, STORES, &[("idempotency-key", key)], Some(body)).await
}

#[tokio::test]
async fn the_same_key_makes_one_store() {
    let world = World::idle().await;
    let body = json!({"name": "cups", "engine": "woocommerce"});
    let first = keyed(&world, "k-1", &body).await;
    let again = keyed(&world, "k-1", &json!({"engine": "woocommerce", "plan": "small", "name": "cups"})).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (202, 202));
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    let other = keyed(&world, "k-1", &json!({"name": "mugs", "engine": "woocommerce"})).await;
    assert_eq!(other.problem(409).0, "idempotency-mismatch");
    assert_eq!(keyed(&world, "k-2", &body).await.problem(409).0, "name-taken");
    for bad in ["", "a b", &"k".repeat(256)] {
        assert_eq!(keyed(&world, bad, &body).await.problem(422).1, ["Idempotency-Key"]);
    }
    assert_eq!(world.get(STORES).await.json()["total"], 1);
}

#[tokio::test]
async fn an_engine_that_is_not_there_is_refused_with_the_cure() {
    for (index, engine) in Engine::ALL.into_iter().enumerate() {
        let (word, spec) = (engine.as_str(), engine.spec());
        for (variable, value, says) in [
            (spec.unavailable_env, "its archive is missing; set ARCHIVE", "set ARCHIVE"),
            (spec.app_image.env(), "", spec.app_image.env()),
            (spec.database_image.env(), "", spec.database_image.env()),
        ] {
            let world = World::with_env(&[(variable, value)]).await;
            let answer = world.post(STORES, &json!({"name": "cups", "engine": word})).await;
            assert_eq!(answer.problem(422).1, ["engine"]);
            let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with(&format!("engine {word} is not available: ")), "{message}");
            let engines = world.get("/api/v1/engines").await.json();
            assert_eq!((&engines[index]["engine"], &engines[index]["available"]), (&json!(word), &json!(false)));
            assert!(engines[index]["reason"].as_str().unwrap().contains(says), "{engines}");
            // The others are none the worse for it.
            for (other, view) in engines.as_array().unwrap().iter().enumerate() {
                assert_eq!(view["available"], json!(other != index), "{engines}");
            }
        }
    }
}

#[tokio::test]
async fn a_currency_that_an_engine_does_not_know_is_refused_before_anything_is_made() {
    let world = World::idle().await;
    let ask = |engine: Engine, currency: &str| json!({"name": format!("in-{}", currency.to_lowercase()), "engine": engine.as_str(), "currency": currency});
    for engine in Engine::ALL {
        for currency in engine.spec().unknown_currencies {
            let answer = world.post(STORES, &ask(engine, currency)).await;
            assert_eq!(answer.problem(422).1, ["currency"]);
            let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(engine.spec().title) && message.contains(currency), "{message}");
        }
    }
    // What one does not know, another may.
    assert_eq!(world.post(STORES, &ask(Engine::Woocommerce, "BBD")).await.status, 202);
}

#[tokio::test]
async fn every_engine_with_its_images_can_be_had_and_asked_for() {
    let world = World::idle().await;
    let engines = world.get("/api/v1/engines").await.json();
    assert_eq!(engines.as_array().unwrap().len(), Engine::ALL.len());
    for (index, engine) in Engine::ALL.into_iter().enumerate() {
        let (word, spec) = (engine.as_str(), engine.spec());
        let plans = ["small", "medium", "large"];
        let mut expected = json!({"engine": word, "title": spec.title, "available": true, "plans": plans});
        expected["typicalSeconds"] = json!([]);
        expected["loginLink"] = json!(spec.login_path.is_some());
        assert_eq!(engines[index], expected);
        let answer = world.post(STORES, &json!({"name": format!("cups-{index}"), "engine": word})).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let admin = format!("http://cups-{index}.localhost:8080{}", spec.admin_path);
        assert_eq!(answer.json()["adminUrl"], json!(admin));
    }
}
