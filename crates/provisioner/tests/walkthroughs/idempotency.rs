use provisioner::cluster::fake::Pace;
use provisioner::db::{CreateError, Filter, IdempotencyRequest, NewStore};
use store_model::Phase;

use crate::on_both;
use crate::room::{Room, in_time, new_store};
use crate::support::Kind;

fn key(key: &str, body: &str) -> IdempotencyRequest {
    IdempotencyRequest { key: key.to_owned(), body_hash: body.to_owned() }
}

async fn the_first_answer_is_given_again(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let first = room.db.store_create(new_store("my-shop"), Some(key("k", "body"))).await.unwrap();
    assert!(!first.replayed);
    let worker = room.work();
    room.until_phase(&first.store.store.id, Phase::Ready).await;
    let again = room.db.store_create(new_store("my-shop"), Some(key("k", "body"))).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.store, first.store);

    let other_body = room.db.store_create(new_store("other"), Some(key("k", "other"))).await.unwrap_err();
    assert!(matches!(other_body, CreateError::IdempotencyMismatch), "{other_body:?}");
    // Somebody else's key is another key.
    let other_owner = NewStore { created_by: "else".to_owned(), ..new_store("other") };
    assert!(!room.db.store_create(other_owner, Some(key("k", "other"))).await.unwrap().replayed);
    worker.stop().await;
}

async fn a_refused_create_leaves_the_key_unused(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.create("my-shop").await;
    let taken = room.db.store_create(new_store("my-shop"), Some(key("k", "body"))).await.unwrap_err();
    assert!(matches!(taken, CreateError::NameTaken { .. }), "{taken:?}");
    assert_eq!(room.db.idempotency_count().await.unwrap(), 0);
    assert!(!room.db.store_create(new_store("other"), Some(key("k", "other"))).await.unwrap().replayed);
}

async fn fifty_at_once_make_one_store(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let posts = (0..50).map(|_| {
        let db = room.db.clone();
        tokio::spawn(async move { db.store_create(new_store("my-shop"), Some(key("k", "body"))).await })
    });
    let answers: Vec<_> =
        in_time(futures::future::join_all(posts)).await.into_iter().map(|a| a.unwrap().unwrap()).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.store == answers[0].store));
    assert_eq!(room.db.store_list(&Filter::default()).await.unwrap().total, 1);
    assert_eq!(room.events(&answers[0].store.store.id).await.len(), 1);
}

on_both!(the_first_answer_is_given_again, a_refused_create_leaves_the_key_unused, fifty_at_once_make_one_store);
