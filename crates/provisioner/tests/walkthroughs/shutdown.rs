use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::lease::LeaseTimes;
use provisioner::worker::Settings;
use store_model::Phase;

use crate::on_both;
use crate::room::{PATIENCE, Room, in_time};
use crate::support::Kind;

/// Leases of an hour: whoever goes on was handed the store.
fn settings(room: &Room) -> Settings {
    let hour = Duration::from_secs(3 * 3600);
    Settings { lease: LeaseTimes::of(hour), ..room.settings.clone() }
}

async fn the_running_deed_ends_and_the_next_worker_goes_on(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let patient = Settings { grace: PATIENCE, ..settings(&room) };
    let worker = room.work_with(&room.db, &patient);
    let id = room.create("my-shop").await.store.id;
    in_time(room.fake.halted()).await;
    // The stop is told before the deed goes on.
    tokio::join!(worker.stop(), async { room.fake.go_on() });
    assert_ne!(room.get(&id).await.store.phase, Phase::Ready, "a worker that stops begins nothing new");

    let second = room.second_db().await;
    let worker = room.work_with(&second, &settings(&room));
    room.until_phase(&id, Phase::Ready).await;
    let deeds = room.fake.deeds(&id);
    assert!(!deeds.contains(&"recover-release"), "the install was not cut: {deeds:?}");
    worker.stop().await;
}

async fn a_deed_that_outlasts_the_grace_is_dropped_and_recovered(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let impatient = Settings { grace: Duration::from_millis(50), ..settings(&room) };
    let worker = room.work_with(&room.db, &impatient);
    let id = room.create("my-shop").await.store.id;
    in_time(room.fake.halted()).await;
    worker.stop().await;
    in_time(room.fake.freed()).await;
    room.fake.go_on();

    let second = room.second_db().await;
    let worker = room.work_with(&second, &settings(&room));
    room.until_phase(&id, Phase::Ready).await;
    assert!(room.fake.deeds(&id).contains(&"recover-release"));
    worker.stop().await;
}

async fn a_worker_that_stops_claims_nothing_more(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let first = room.create("first").await.store.id;
    room.until_phase(&first, Phase::Ready).await;
    worker.stop().await;
    let second = room.create("second").await.store.id;
    assert_eq!(room.db.next_due().await.unwrap(), Some(Duration::ZERO));
    assert_eq!(room.fake.deeds(&second), Vec::<&str>::new());
}

on_both!(
    the_running_deed_ends_and_the_next_worker_goes_on,
    a_deed_that_outlasts_the_grace_is_dropped_and_recovered,
    a_worker_that_stops_claims_nothing_more,
);
