use provisioner::cluster::fake::Pace;
use store_model::Phase;

use crate::on_both;
use crate::room::Room;
use crate::support::Kind;

async fn a_cursor_misses_nothing_and_repeats_nothing(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    // Others write at the same time, so the ids of one store have gaps.
    for number in 0..5 {
        room.create(&format!("shop-{number}")).await;
    }
    let id = room.create("my-shop").await.store.id;
    let mut bell = room.db.bell().subscribe();
    let mut read = Vec::new();
    while read.last().is_none_or(|event: &provisioner::db::EventRow| event.phase != Phase::Ready) {
        let cursor = read.last().map_or(0, |event| event.id);
        let news = room.db.events_after(&id, cursor, 2).await.unwrap();
        if news.is_empty() {
            let _ring = crate::room::in_time(bell.recv()).await;
        }
        read.extend(news);
    }
    worker.stop().await;
    let all = room.events(&id).await;
    assert_eq!(read, all[..read.len()]);
    assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].at_ms <= pair[1].at_ms), "{all:#?}");
    assert!(all.iter().all(|event| event.store_id == id));
}

/// A reader of another replica is woken too.
async fn the_bell_is_heard_by_the_others(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let other = room.second_db().await;
    let mut bell = other.bell().subscribe();
    if kind == Kind::Postgres {
        // The first ring says that the connection stands.
        crate::room::in_time(bell.recv()).await.unwrap();
    }
    let id = room.create("my-shop").await.store.id;
    crate::room::in_time(bell.recv()).await.unwrap();
    assert_eq!(other.events_after(&id, 0, 10).await.unwrap().len(), 1);
}

on_both!(a_cursor_misses_nothing_and_repeats_nothing, the_bell_is_heard_by_the_others);
