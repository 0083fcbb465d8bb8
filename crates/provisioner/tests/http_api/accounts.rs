//! The first administrator, signing in and out, accounts and tokens.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::world::{Answer, STORES, World};

pub const PASSWORD: &str = "correct horse battery staple";
pub const OTHER: &str = "violet anchor puzzle kitchen";

/// A browser: it keeps the cookies and says where a request comes from.
pub struct Browser<'a> {
    world: &'a World,
    /// The session's.
    pub cookie: Option<String>,
    /// That somebody has signed in here.
    pub device: Option<String>,
    site: &'static str,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Browser<'a> {
        Browser { world, cookie: None, device: None, site: "same-origin" }
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("sec-fetch-site", self.site).header(header::HOST, "dashboard.localhost");
        for cookie in [&self.cookie, &self.device].into_iter().flatten() {
            request = request.header(header::COOKIE, cookie);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.world.raw(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            for word in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(set.contains(word), "{set}");
            }
            let pair = set.split(';').next().unwrap();
            let kept = (!pair.ends_with('=')).then(|| pair.to_owned());
            match pair.split('=').next().unwrap() {
                "__Host-session" => self.cookie = kept,
                "__Host-device" => self.device = kept,
                _ => panic!("{set}"),
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(&body)).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.post("/session", json!({"email": email, "password": password})).await
    }
}

async fn code(world: &World) -> String {
    let answer = world.post("/api/v1/setup/code", &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["code"].as_str().unwrap().to_owned()
}

/// A world whose first administrator is ada, and her browser.
pub async fn set_up(world: &World) -> Browser<'_> {
    let code = code(world).await;
    let mut browser = Browser::new(world);
    let made = json!({"code": code, "email": "ada@example.com", "password": PASSWORD});
    let answer = browser.post("/setup", made).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    browser
}

#[tokio::test]
async fn the_first_administrator_is_made_once_with_the_newest_code() {
    let world = World::idle().await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.get("/setup").await.json(), json!({"needed": true}));
    let (old, new) = (code(&world).await, code(&world).await);
    let with = |code: &str, password: &str| json!({"code": code, "email": "Ada@Example.com", "password": password});
    for wrong in [old.as_str(), "", "AAAA-AAAA-AAAA-AAAA"] {
        assert_eq!(browser.post("/setup", with(wrong, PASSWORD)).await.problem(422).1, ["code"]);
    }
    assert_eq!(browser.post("/setup", with(&new, "password1234")).await.problem(422).1, ["password"]);
    // As a person may type it.
    let typed = new.to_lowercase().replace('-', " ");
    let answer = browser.post("/setup", with(&typed, PASSWORD)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let me = browser.get("/session").await.json();
    assert_eq!((&me["account"]["email"], &me["role"]), (&json!("ada@example.com"), &json!("admin")));
    assert_eq!(browser.get("/setup").await.json(), json!({"needed": false}));
    assert_eq!(browser.post("/setup", with(&new, PASSWORD)).await.problem(409).0, "already-set-up");
    assert_eq!(world.post("/api/v1/setup/code", &json!({})).await.problem(409).0, "already-set-up");
}

#[tokio::test]
async fn of_two_set_ups_at_once_one_is_too_late() {
    let world = World::idle().await;
    let code = code(&world).await;
    let set_up = async |email: &str| {
        let body = json!({"code": code, "email": email, "password": PASSWORD});
        Browser::new(&world).post("/setup", body).await.status
    };
    let (one, other) = tokio::join!(set_up("a@example.com"), set_up("b@example.com"));
    let made = [one, other].into_iter().filter(|status| *status == StatusCode::CREATED).count();
    assert_eq!(made, 1, "{one} {other}");
}

#[tokio::test]
async fn a_session_ends_where_it_is_ended_and_nowhere_else() {
    let world = World::idle().await;
    let mut desk = set_up(&world).await;
    let (mut phone, mut tablet) = (Browser::new(&world), Browser::new(&world));
    assert_eq!(phone.sign_in(" ADA@example.com", PASSWORD).await.status, 201);
    assert_eq!(tablet.sign_in("ada@example.com", PASSWORD).await.status, 201);
    let kept = phone.cookie.clone();
    assert_eq!(phone.send(Method::DELETE, "/session", None).await.status, 204);
    assert_eq!(phone.cookie, None);
    phone.cookie = kept;
    assert_eq!(phone.get("/session").await.problem(401).0, "unauthorized");
    assert_eq!(desk.get("/session").await.status, 200);
    let change = json!({"current": "not it at all", "new": OTHER});
    assert_eq!(desk.send(Method::PUT, "/session/password", Some(&change)).await.problem(422).1, ["current"]);
    let change = json!({"current": PASSWORD, "new": OTHER});
    assert_eq!(desk.send(Method::PUT, "/session/password", Some(&change)).await.status, 204);
    assert_eq!(tablet.get("/session").await.status, 401, "the other sessions ended");
    assert_eq!(desk.get("/session").await.status, 200, "the one that asked goes on");
    assert_eq!(tablet.sign_in("ada@example.com", PASSWORD).await.problem(401).0, "wrong-credentials");
    assert_eq!(tablet.sign_in("ada@example.com", OTHER).await.status, 201);
    assert_eq!(desk.send(Method::DELETE, "/sessions", None).await.status, 204);
    for browser in [&mut desk, &mut tablet] {
        assert_eq!(browser.get("/session").await.status, 401);
    }
}

#[tokio::test]
async fn guessing_is_slowed_for_the_address_alone() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let account = json!({"email": "grace@example.com", "role": "viewer", "password": OTHER});
    assert_eq!(ada.post("/accounts", account).await.status, 201);
    let mut browser = Browser::new(&world);
    let mut limited = None;
    for _ in 0..20 {
        let answer = browser.sign_in("ada@example.com", "guess").await;
        match answer.status.as_u16() {
            401 => {}
            429 => {
                limited = Some(answer.header("retry-after").to_owned());
                break;
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert!(limited.is_some_and(|seconds| (1..=7).contains(&seconds.parse::<u64>().unwrap())));
    assert_eq!(
        browser.sign_in("ada@example.com", PASSWORD).await.status,
        429,
        "the right one too, where nobody has signed in"
    );
    assert_eq!(browser.sign_in("grace@example.com", OTHER).await.status, 201);
}

#[tokio::test]
async fn another_site_has_nothing_done() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let shop = json!({"name": "cups", "engine": "woocommerce"});
    for site in ["cross-site", "same-site", "none"] {
        ada.site = site;
        assert_eq!(ada.post("/stores", shop.clone()).await.problem(403).0, "cross-site", "{site}");
        let foreign =
            Browser { world: &world, cookie: None, device: None, site }.sign_in("ada@example.com", PASSWORD).await;
        assert_eq!(foreign.problem(403).0, "cross-site", "{site}: signing a visitor in as somebody else");
    }
    ada.site = "same-origin";
    assert_eq!(ada.post("/stores", shop).await.status, 202);
    let store = ada.get("/stores/cups").await.json();
    assert_eq!(store["createdBy"], "ada@example.com");
}

/// What `<img src="https://dashboard…/api/v1/stores/cups/credentials">` on a shop's page does, or a link to it.
#[tokio::test]
async fn a_shops_page_has_nothing_read() {
    let world = World::working().await;
    let mut ada = set_up(&world).await;
    let id = world.create("cups").await;
    world.until(&id, "ready").await;
    for site in ["same-site", "cross-site"] {
        ada.site = site;
        for path in ["/session", "/stores", "/stores/cups/credentials", "/stores/cups/logs?follow=true", "/events"] {
            assert_eq!(ada.get(path).await.problem(403).0, "cross-site", "{site} {path}");
        }
    }
    let accept = [("accept", "application/json")];
    let shown = async || {
        let events = world.send(Method::GET, &format!("{STORES}/{id}/events"), &accept, None).await;
        events.text.matches("ada@example.com").count()
    };
    assert_eq!(shown().await, 0, "the store says that ada was shown its credentials");
    for (looked, site) in ["same-origin", "none"].into_iter().enumerate() {
        ada.site = site;
        assert_eq!(ada.get("/stores/cups/credentials").await.status, 200, "{site}");
        assert_eq!(shown().await, looked + 1);
    }
}

#[tokio::test]
async fn accounts_are_made_and_removed_but_for_the_last_administrator() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let account = json!({"email": "grace@example.com", "role": "viewer", "password": OTHER});
    let made = ada.post("/accounts", account.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(ada.post("/accounts", account).await.problem(409).0, "email-taken");
    let mut grace = Browser::new(&world);
    assert_eq!(grace.sign_in("grace@example.com", OTHER).await.status, 201);
    assert_eq!(grace.get("/stores").await.status, 200);
    assert_eq!(
        grace.post("/stores", json!({"name": "cups", "engine": "woocommerce"})).await.problem(403).0,
        "forbidden"
    );
    let items = ada.get("/accounts").await.json()["items"].as_array().unwrap().clone();
    let id = |email: &str| items.iter().find(|item| item["email"] == email).unwrap()["id"].as_str().unwrap().to_owned();
    assert!(items.iter().all(|item| item.get("passwordHash").is_none()));
    let path = format!("/accounts/{}", id("ada@example.com"));
    assert_eq!(ada.send(Method::DELETE, &path, None).await.problem(409).0, "last-admin");
    let path = format!("/accounts/{}", id("grace@example.com"));
    assert_eq!(ada.send(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(ada.send(Method::DELETE, &path, None).await.problem(404).0, "no-such-account");
    assert_eq!(grace.get("/stores").await.status, 401, "her session went with the account");
}

/// The id of who has this address.
pub async fn account_id(admin: &mut Browser<'_>, email: &str) -> String {
    let items = admin.get("/accounts").await.json()["items"].as_array().unwrap().clone();
    items.iter().find(|item| item["email"] == email).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_from_open_sessions_and_from_tokens_at_once() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let account = json!({"email": "grace@example.com", "role": "admin", "password": OTHER});
    assert_eq!(ada.post("/accounts", account).await.status, 201);
    let mut grace = Browser::new(&world);
    grace.sign_in("grace@example.com", OTHER).await;
    let made = json!({"name": "pipeline", "scope": "admin", "expiresInDays": 7});
    let token = grace.post("/tokens", made.clone()).await.json()["token"].as_str().unwrap().to_owned();
    let by_token = async |method: Method, path: &str| {
        let request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        world.raw(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(grace.get("/accounts").await.status, 200);
    assert_eq!(by_token(Method::GET, "/api/v1/accounts").await.status, 200);

    let path = format!("/accounts/{}", account_id(&mut ada, "grace@example.com").await);
    let viewer = json!({"role": "viewer"});
    for _ in 0..2 {
        let changed = ada.send(Method::PATCH, &path, Some(&viewer)).await;
        assert_eq!((changed.status, &changed.json()["role"]), (StatusCode::OK, &json!("viewer")), "asking twice too");
    }
    assert_eq!(grace.get("/accounts").await.problem(403).0, "forbidden");
    assert_eq!(grace.get("/session").await.json()["role"], "viewer");
    assert_eq!(grace.post("/tokens", made).await.problem(403).0, "forbidden");
    assert_eq!(grace.get("/tokens").await.json()["items"][0]["scope"], "viewer", "it says what it may do now");
    assert_eq!(by_token(Method::GET, "/api/v1/accounts").await.problem(403).0, "forbidden");
    assert_eq!(by_token(Method::DELETE, "/api/v1/stores/cups").await.problem(403).0, "forbidden");
    assert_eq!(by_token(Method::GET, STORES).await.status, 200, "it may look as its account may");
    assert_eq!(grace.send(Method::PATCH, &path, Some(&json!({"role": "admin"}))).await.problem(403).0, "forbidden");

    let admin = ada.send(Method::PATCH, &path, Some(&json!({"role": "admin"}))).await;
    assert_eq!(admin.status, 200, "{}", admin.text);
    assert_eq!(grace.get("/accounts").await.status, 200);
    assert_eq!(by_token(Method::GET, "/api/v1/accounts").await.status, 200);
    assert!(world.app.db.audit_verify().await.unwrap().broken_at.is_none());
}

#[tokio::test]
async fn somebody_stays_administrator_and_only_our_own_pages_say_who() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let path = format!("/accounts/{}", account_id(&mut ada, "ada@example.com").await);
    let viewer = json!({"role": "viewer"});
    assert_eq!(ada.send(Method::PATCH, &path, Some(&viewer)).await.problem(409).0, "last-admin");
    assert_eq!(ada.send(Method::PATCH, &path, Some(&json!({"role": "owner"}))).await.problem(422).1, ["role"]);
    assert_eq!(ada.send(Method::PATCH, &path, Some(&json!({}))).await.problem(422).1, ["role"]);
    let more = json!({"role": "viewer", "email": "eve@example.com"});
    assert_eq!(ada.send(Method::PATCH, &path, Some(&more)).await.problem(422).1, ["email"]);
    let missing = ada.send(Method::PATCH, "/accounts/nobody", Some(&viewer)).await;
    assert_eq!(missing.problem(404).0, "no-such-account");
    ada.site = "same-site";
    assert_eq!(ada.send(Method::PATCH, &path, Some(&viewer)).await.problem(403).0, "cross-site");
    ada.site = "same-origin";

    // Two administrators who make each other less at the same time.
    let account = json!({"email": "grace@example.com", "role": "admin", "password": OTHER});
    assert_eq!(ada.post("/accounts", account).await.status, 201);
    let other = format!("/accounts/{}", account_id(&mut ada, "grace@example.com").await);
    let mut grace = Browser::new(&world);
    grace.sign_in("grace@example.com", OTHER).await;
    let (one, two) =
        tokio::join!(ada.send(Method::PATCH, &other, Some(&viewer)), grace.send(Method::PATCH, &path, Some(&viewer)),);
    let changed = [one.status, two.status].into_iter().filter(|status| *status == StatusCode::OK).count();
    assert_eq!(changed, 1, "{one:?} {two:?}");
    let admins = world.app.db.account_list().await.unwrap();
    assert_eq!(admins.iter().filter(|account| account.role == store_api::Role::Admin).count(), 1);
}

#[tokio::test]
async fn a_token_is_shown_once_is_nobody_elses_and_ends() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let account = json!({"email": "grace@example.com", "role": "viewer", "password": OTHER});
    assert_eq!(ada.post("/accounts", account).await.status, 201);
    let mut grace = Browser::new(&world);
    grace.sign_in("grace@example.com", OTHER).await;
    let wanted = |scope: &str, days: i64| json!({"name": "pipeline", "scope": scope, "expiresInDays": days});
    assert_eq!(grace.post("/tokens", wanted("admin", 7)).await.problem(403).0, "forbidden");
    assert_eq!(ada.post("/tokens", wanted("admin", 0)).await.problem(422).1, ["expiresInDays"]);
    assert_eq!(ada.post("/tokens", wanted("admin", 366)).await.problem(422).1, ["expiresInDays"]);
    let hers = grace.post("/tokens", wanted("viewer", 7)).await.json();
    let his = ada.post("/tokens", wanted("admin", 7)).await.json();
    let token = his["token"].as_str().unwrap().to_owned();
    let with = async |token: &str, path: &str| {
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        world.raw(request.body(Body::empty()).unwrap()).await
    };
    let session = with(&token, "/api/v1/session").await.json();
    assert_eq!((&session["name"], session.get("account")), (&json!("ada@example.com"), None));
    // The secret of one behind the id of another.
    let mixed = format!("sp_{}_{}", hers["id"].as_str().unwrap(), token.rsplit('_').next().unwrap());
    assert_eq!(with(&mixed, STORES).await.status, 401);
    let listed = |answer: &Answer| answer.json()["items"].as_array().unwrap().len();
    let all = ada.get("/tokens").await;
    assert!(!all.text.contains(&token), "a list holds no token");
    assert_eq!((listed(&all), listed(&grace.get("/tokens").await)), (2, 1));
    let path = format!("/tokens/{}", his["id"].as_str().unwrap());
    assert_eq!(grace.send(Method::DELETE, &path, None).await.status, 404, "not hers");
    assert_eq!(ada.send(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(with(&token, STORES).await.status, 401);
}

#[tokio::test]
async fn a_name_says_whether_it_is_free_and_why_not() {
    let world = World::idle().await;
    world.create("cups").await;
    let ask = async |name: &str| world.get(&format!("/api/v1/names/{name}")).await.json();
    let taken = ask("cups").await;
    assert_eq!((&taken["available"], &taken["host"]), (&json!(false), &json!("cups.localhost")));
    let free = ask("tea-pots").await;
    assert_eq!((&free["available"], &free["url"]), (&json!(true), &json!("http://tea-pots.localhost:8080")));
    assert!(free.get("reason").is_none());
    for bad in ["A", "-x-", "dashboard", "%20", "x%2Fy", &"x".repeat(200)] {
        let view = ask(bad).await;
        assert_eq!(view["available"], false, "{bad}");
        assert!(view["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{bad}");
    }
}
