//! What somebody without an account can cost.

use std::time::Duration;

use provisioner::http::Turns;

use crate::accounts::{Browser, PASSWORD, set_up};
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
    let answer = Browser::new(&world).sign_in("ada@example.com", PASSWORD).await;
    assert_eq!((answer.problem(503).0.as_str(), answer.header("retry-after")), ("busy", "2"));
}
