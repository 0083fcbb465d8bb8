//! What somebody without an account can cost.

use std::time::Duration;

use axum::http::Method;
use provisioner::http::Turns;
use serde_json::json;

use crate::accounts::{Browser, OTHER, PASSWORD, set_up};
use crate::postgres;
use crate::world::World;

#[tokio::test]
async fn what_no_account_can_have_is_refused_before_it_counts() {
    let world = World::idle().await;
    let mut ada = set_up(&world).await;
    let long = format!("{}@example.com", "a".repeat(78 << 10));
    for _ in 0..100 {
        assert_eq!(ada.sign_in(&long, "guess").await.problem(422).1, ["email"]);
        assert_eq!(ada.sign_in("ada@example.com", &"x".repeat(513)).await.problem(422).1, ["password"]);
    }
    assert_eq!(ada.sign_in("ada@example.com", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn a_flood_of_addresses_is_slowed_for_all_of_them_together() {
    let world = World::idle().await;
    let world = &world;
    let tries = (0..200).map(|number| async move {
        let email = format!("guess{number}@example.com");
        Browser::new(world).sign_in(&email, PASSWORD).await
    });
    let answers = futures::future::join_all(tries).await;
    let slowed: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(slowed.len() > 50, "{} of 200 at once were slowed", slowed.len());
    assert_eq!(slowed[0].header("retry-after"), "1");
    // Those that were let in waited for a turn, and not for long.
    for answer in answers.iter().filter(|answer| answer.status != 429) {
        assert!(answer.status == 401 || answer.problem(503).0 == "busy", "{}", answer.text);
    }
}

#[tokio::test]
async fn who_gets_no_turn_is_told_so_and_when_to_come_back() {
    let world = World::with(|app| app.turns = Turns::of(0, Duration::from_millis(50))).await;
    let mut browser = Browser::new(&world);
    let asked = browser.sign_in("ada@example.com", PASSWORD);
    let answer = tokio::time::timeout(Duration::from_secs(30), asked).await.expect("it waits on");
    assert_eq!((answer.problem(503).0.as_str(), answer.header("retry-after")), ("busy", "2"));
}

/// Until no more is let in: of strangers, or of a browser that is counted by itself.
async fn guess_at_ada(browser: &mut Browser<'_>) {
    for _ in 0..30 {
        if browser.sign_in("ada@example.com", "guess").await.status == 429 {
            return;
        }
    }
    panic!("30 guesses in a row, and none was slowed");
}

#[tokio::test]
async fn who_guesses_keeps_no_browser_out_that_has_signed_in() {
    let url = postgres::new_database().await;
    for world in [World::idle().await, World::with_env(&[("DATABASE_URL", &url)]).await] {
        let mut ada = set_up(&world).await;
        let grace = json!({"email": "grace@example.com", "role": "viewer", "password": OTHER});
        assert_eq!(ada.post("/accounts", grace).await.status, 201);
        assert_eq!(ada.send(Method::DELETE, "/session", None).await.status, 204);
        assert!(ada.cookie.is_none() && ada.device.is_some(), "the browser is known after its session too");
        let known = ada.device.clone();

        guess_at_ada(&mut Browser::new(&world)).await;
        assert_eq!(ada.sign_in("ada@example.com", PASSWORD).await.status, 201);
        assert_eq!(ada.device, known, "it stays the same");
        let change = json!({"current": PASSWORD, "new": OTHER});
        assert_eq!(ada.send(Method::PUT, "/session/password", Some(&change)).await.status, 204);

        // What somebody makes up, and what somebody has from an account of their own.
        let mut stranger = Browser::new(&world);
        stranger.device = Some("__Host-device=0123456789abcdefghijABCDEFGHIJ0123456789abc".to_owned());
        assert_eq!(stranger.sign_in("ada@example.com", OTHER).await.status, 429, "a cookie that was made up");
        let mut grace = Browser::new(&world);
        assert_eq!(grace.sign_in("grace@example.com", OTHER).await.status, 201);
        assert_eq!(grace.sign_in("ada@example.com", OTHER).await.status, 429, "a cookie of another account");

        // Of who has stolen the cookie no more is believed than of a stranger.
        guess_at_ada(&mut ada).await;
    }
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_make_the_other_browsers_strangers() {
    let change = json!({"current": PASSWORD, "new": OTHER});
    for (method, path, body, password) in
        [(Method::PUT, "/session/password", Some(&change), OTHER), (Method::DELETE, "/sessions", None, PASSWORD)]
    {
        let world = World::idle().await;
        let mut desk = set_up(&world).await;
        let mut phone = Browser::new(&world);
        assert_eq!(phone.sign_in("ada@example.com", PASSWORD).await.status, 201);
        assert_eq!(desk.send(method, path, body).await.status, 204);
        guess_at_ada(&mut Browser::new(&world)).await;
        assert_eq!(phone.sign_in("ada@example.com", password).await.status, 429, "{path}");
        assert_eq!(desk.sign_in("ada@example.com", password).await.status, 201, "{path}: who asked for it stays known");
    }
}
