use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::EventKind;
use provisioner::lease::LeaseTimes;
use provisioner::worker::Settings;
use store_model::Phase;

use crate::on_both;
use crate::room::{Room, in_time};
use crate::support::Kind;

pub const CREATE_DEEDS: [&str; 5] =
    ["create-namespace", "grant-access", "create-credentials", "install-release", "prove"];

/// Killed in the middle of each deed in turn; the lease lapses and another one goes on.
async fn a_killed_worker_s_store_goes_on(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let settings = Settings { lease: LeaseTimes::of(Duration::from_millis(700)), ..room.settings.clone() };
    for deed in CREATE_DEEDS {
        room.fake.script(deed, Script { stops_at: Some(deed), ..Script::default() });
        let killed = room.work_with(&room.db, &settings);
        let id = room.create(deed).await.store.id;
        in_time(room.fake.halted()).await;
        let minted = room.fake.minted(&id);
        killed.kill().await;
        in_time(room.fake.freed()).await;

        room.fake.go_on();
        let second = room.second_db().await;
        let worker = room.work_with(&second, &settings);
        room.until_phase(&id, Phase::Ready).await;
        // In its events: a sale sets the row's attempts back to none.
        let events = room.events(&id).await;
        assert!(events.iter().all(|event| event.kind != EventKind::Attempt), "a crash is nobody's failure: {events:?}");
        assert!(minted.is_none() || minted == room.fake.minted(&id), "{deed}: the credentials changed");
        let deeds = room.fake.deeds(&id);
        let recovered = deeds.contains(&"recover-release");
        assert_eq!(recovered, deed == "install-release", "{deed}: {deeds:?}");
        worker.stop().await;
    }
    assert_eq!(room.fake.overlaps(), 0);
}

/// Killed while it recovers from having been killed.
async fn a_recovery_that_is_killed_recovers(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let settings = Settings { lease: LeaseTimes::of(Duration::from_millis(700)), ..room.settings.clone() };
    let id = room.create("my-shop").await.store.id;
    for deed in ["install-release", "recover-release", "recover-release", "install-release"] {
        room.fake.script("my-shop", Script { stops_at: Some(deed), ..Script::default() });
        let worker = room.work_with(&room.db, &settings);
        in_time(room.fake.halted()).await;
        worker.kill().await;
        in_time(room.fake.freed()).await;
    }
    room.fake.go_on();
    let worker = room.work_with(&room.db, &settings);
    room.until_phase(&id, Phase::Ready).await;
    assert_eq!(room.fake.overlaps(), 0);
    worker.stop().await;
}

/// On SQLite the lock file proves that the former process is dead, so nobody waits for its leases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_on_sqlite_goes_on_at_once() {
    let mut room = Room::new(Kind::Sqlite, Pace::AtOnce).await;
    let hour = Duration::from_secs(3 * 3600);
    let settings = Settings { lease: LeaseTimes::of(hour), ..room.settings.clone() };
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let worker = room.work_with(&room.db, &settings);
    let id = room.create("my-shop").await.store.id;
    in_time(room.fake.halted()).await;
    worker.kill().await;
    in_time(room.fake.freed()).await;
    room.fake.go_on();

    room.db.close().await;
    // Tasks that were killed let go of the file when they are gone, a moment later.
    let reopened = in_time(async {
        loop {
            match provisioner::db::Db::open(&room.database.settings).await {
                Ok(db) => return db,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    let placeholder = crate::support::Database::new(Kind::Sqlite).await.open().await;
    drop(std::mem::replace(&mut room.db, placeholder));
    room.db = reopened.await;
    let worker = room.work_with(&room.db, &settings);
    room.until_phase(&id, Phase::Ready).await;
    worker.stop().await;
}

on_both!(a_killed_worker_s_store_goes_on, a_recovery_that_is_killed_recovers);
