//! Connections that die without a word: the worker's are led over a relay that swallows what they carry, and everybody
//! else's are not.

use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::Db;
use provisioner::worker::Settings;
use sqlx::{AnyConnection, Connection, Row};
use store_model::Phase;
use tokio::time::Instant;

use crate::relay::Relay;
use crate::room::{Room, in_time};
use crate::support::Kind;

async fn room() -> (Room, Relay, Db) {
    let room = Room::new(Kind::Postgres, Pace::AtOnce).await;
    let relay = Relay::to(&room.database.settings).await;
    let led = Db::open(&relay.settings()).await.unwrap();
    (room, relay, led)
}

/// Holds every table of the stores: whoever asks for one waits in the middle of a statement.
async fn hold_the_stores(room: &Room) -> AnyConnection {
    let mut holder = room.database.connect().await;
    sqlx::query("BEGIN").execute(&mut holder).await.unwrap();
    sqlx::query("LOCK TABLE stores IN ACCESS EXCLUSIVE MODE").execute(&mut holder).await.unwrap();
    holder
}

/// Wakes the worker, and returns when so many wait for an answer.
async fn until_they_ask(room: &Room, many: i64) {
    let mut witness = room.database.connect().await;
    in_time(async {
        loop {
            sqlx::query("SELECT CAST(pg_notify('stores', '') AS TEXT)").execute(&mut witness).await.unwrap();
            let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'stores'::regclass";
            let waiting: i64 = sqlx::query(waiting).fetch_one(&mut witness).await.unwrap().try_get(0).unwrap();
            if waiting >= many {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    witness.close().await.unwrap();
}

/// What somebody else commits after the listener's connection has died is heard by the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_whose_connection_died_hears_again() {
    let (room, relay, led) = room().await;
    let mut bell = led.bell().subscribe();
    // Until the first ring it may not listen yet.
    in_time(bell.recv()).await.unwrap();
    relay.swallow();
    room.create("my-shop").await;
    // What came before the silence is not meant.
    bell = bell.resubscribe();
    in_time(bell.recv()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_question_is_never_answered_goes_on() {
    let (room, relay, led) = room().await;
    let worker = room.work_with(&led, &room.settings);
    let first = room.create("first-shop").await.store.id;
    room.until_phase(&first, Phase::Ready).await;
    let holder = hold_the_stores(&room).await;
    until_they_ask(&room, 1).await;
    relay.swallow();
    holder.close().await.unwrap();
    let second = room.create("second-shop").await.store.id;
    room.until_phase(&second, Phase::Ready).await;
    worker.stop().await;
}

/// Also one that is in the middle of a deed, which it drops, and in the middle of a beat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_does_not_wait_for_a_database_that_is_silent() {
    let (room, relay, led) = room().await;
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let worker = room.work_with(&led, &Settings { grace: Duration::from_millis(50), ..room.settings.clone() });
    room.create("my-shop").await;
    in_time(room.fake.halted()).await;
    let holder = hold_the_stores(&room).await;
    until_they_ask(&room, 1).await;
    relay.swallow_all();
    holder.close().await.unwrap();
    let stopping = Instant::now();
    worker.stop().await;
    in_time(led.close()).await;
    // The grace, a claim that is not given back within its fence of 2 s, and 5 s for connections that do not end; a busy
    // machine gets more, and Kubernetes gives 41.
    assert!(stopping.elapsed() < Duration::from_secs(30), "{:?}", stopping.elapsed());
}

/// Whoever gave up waiting gives its place back: more of them than there are places, and the next one is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gave_up_waiting_takes_no_place_for_ever() {
    let (room, relay, led) = room().await;
    let holder = hold_the_stores(&room).await;
    let asked = (0..8).map(|_| {
        let led = led.clone();
        tokio::spawn(async move { led.next_due().await })
    });
    let asked: Vec<_> = asked.collect();
    until_they_ask(&room, 8).await;
    relay.swallow();
    for asked in asked {
        asked.abort();
        assert!(asked.await.is_err_and(|error| error.is_cancelled()), "answered, though the stores are held");
    }
    holder.close().await.unwrap();
    in_time(async {
        while led.next_due().await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A request has no limit of its own: each question to the database has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_question_is_waited_on_for_ever() {
    let (room, relay, led) = room().await;
    let id = room.create("my-shop").await.store.id;
    let holder = hold_the_stores(&room).await;
    let reads = tokio::spawn({
        let (led, id) = (led.clone(), id.clone());
        async move { led.store_find(id.as_str()).await.is_err() }
    });
    let writes = tokio::spawn(async move { led.store_delete(&id, "somebody").await.is_err() });
    until_they_ask(&room, 2).await;
    relay.swallow();
    holder.close().await.unwrap();
    assert!(in_time(reads).await.unwrap() && in_time(writes).await.unwrap());
}
