//! What a sweep finds, what it takes away, and what it must never take.

use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script, Volumes};
use provisioner::db::{Db, OrphanRow};
use provisioner::worker::Settings;
use store_model::orphans::Orphan;
use store_model::{Phase, ReasonCode, StoreId};

use crate::on_both;
use crate::room::{Room, Worker, in_time};
use crate::support::{Database, Kind};

const DAY: Duration = Duration::from_secs(86_400);

/// Nothing waits for its time to go.
fn at_once(room: &Room) -> Settings {
    Settings { orphan_grace: Duration::ZERO, sweep: DAY, ..room.settings.clone() }
}

/// Asks for a sweep and answers with what it saw.
pub async fn sweep(db: &Db) -> Vec<OrphanRow> {
    let mut bell = db.bell().subscribe();
    let asked = db.sweep_ask().await.unwrap();
    in_time(async {
        while db.sweep_state().await.unwrap().answered < asked {
            let _ring = bell.recv().await;
        }
    })
    .await;
    db.orphans().await.unwrap()
}

fn seen(orphans: &[OrphanRow]) -> Vec<(Orphan, String, u32)> {
    let one = |row: &OrphanRow| (row.finding.kind, row.finding.name.clone(), row.standing.sightings);
    let mut seen: Vec<_> = orphans.iter().map(one).collect();
    seen.sort();
    seen
}

async fn audited(room: &Room) {
    assert_eq!(room.db.audit_verify().await.unwrap().broken_at, None);
}

/// The room with another, empty database: the one it had is lost.
pub async fn lose_the_database(room: &mut Room, worker: Worker) {
    worker.stop().await;
    let empty = Database::new(room.kind).await;
    room.change_database(empty).await;
}

/// A store whose row is gone, half made: its namespace holds nothing.
async fn bare(room: &mut Room, name: &str) -> StoreId {
    room.fake.script(name, Script { refused_at: Some("create-credentials"), ..Script::default() });
    let worker = room.work();
    let id = room.create(name).await.store.id;
    room.until_phase(&id, Phase::Failed).await;
    lose_the_database(room, worker).await;
    id
}

async fn what_is_in_order_is_no_orphan(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work_with(&room.db, &at_once(&room));
    for name in ["one", "two", "three"] {
        let id = room.create(&format!("shop-{name}")).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
    }
    let deleted = room.create("deleted").await.store.id;
    room.until_phase(&deleted, Phase::Ready).await;
    room.db.store_delete(&deleted, "owner").await.unwrap();
    room.until_phase(&deleted, Phase::Deleted).await;
    for _ in 0..3 {
        assert_eq!(seen(&sweep(&room.db).await), []);
    }
    worker.stop().await;
}

async fn what_holds_nothing_goes_after_two_sightings_and_its_grace(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let id = bare(&mut room, "my-shop").await;
    let grace = Duration::from_millis(1500);
    let settings = Settings { orphan_grace: grace, ..at_once(&room) };
    let worker = room.work_with(&room.db, &settings);
    let first = sweep(&room.db).await;
    assert!(first[0].finding.removable && first[0].finding.adoptable, "{first:?}");
    in_time(async {
        while room.fake.holds(&id) {
            sweep(&room.db).await;
        }
    })
    .await;
    assert_eq!(room.fake.removals(&id), 1);
    // What was taken away is no orphan any more, and leaves its trace.
    assert_eq!(seen(&sweep(&room.db).await), []);
    let removed = room.db.orphans_removed().await.unwrap();
    assert_eq!((removed.len(), removed[0].finding.store.clone()), (1, id));
    assert!(removed[0].standing.sightings >= 2, "{removed:?}");
    assert!(removed[0].removing_ms.unwrap() - removed[0].first_seen_ms >= 1500, "{removed:?}");
    audited(&room).await;
    worker.stop().await;
}

/// With no grace at all one sighting is still not two.
async fn nothing_goes_at_the_first_sight(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let id = bare(&mut room, "my-shop").await;
    // By hand, so that the sweep at a worker's start does not count.
    let worker = room.work_with(&room.db, &Settings { orphan_grace: DAY, ..at_once(&room) });
    let before = sweep(&room.db).await;
    worker.stop().await;
    assert_eq!(room.fake.removals(&id), 0, "{before:?}");
    room.database.execute("DELETE FROM orphans").await;
    let worker = room.work_with(&room.db, &at_once(&room));
    assert_eq!(seen(&sweep(&room.db).await), [(Orphan::Namespace, id.namespace(), 1)]);
    assert_eq!(room.fake.removals(&id), 0);
    sweep(&room.db).await;
    assert_eq!(room.fake.removals(&id), 1);
    worker.stop().await;
}

/// Row 25: yesterday's database is put back. It does not know of two stores that were made since.
async fn a_database_of_yesterday_takes_nothing_with_it_that_lives(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let old = room.create("old-shop").await.store.id;
    room.until_phase(&old, Phase::Ready).await;
    worker.stop().await;
    room.db.close().await;
    let today = room.database.copy().await;
    let yesterday = room.change_database(today).await;

    let worker = room.work();
    let mut made_since = Vec::new();
    for name in ["new-shop", "newer-shop"] {
        let id = room.create(name).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
        made_since.push(id);
    }
    let minted: Vec<_> = made_since.iter().map(|id| room.fake.minted(id).unwrap()).collect();
    worker.stop().await;
    room.change_database(yesterday).await;

    let worker = room.work_with(&room.db, &at_once(&room));
    for _ in 0..4 {
        let orphans = sweep(&room.db).await;
        assert_eq!(orphans.len(), 2, "{orphans:?}");
        for row in orphans {
            assert!(made_since.contains(&row.finding.store) && row.finding.adoptable && !row.finding.removable);
            assert!(!row.finding.holds.is_empty(), "it is said what would be lost");
        }
    }
    for (id, minted) in made_since.iter().zip(minted) {
        assert_eq!(room.fake.removals(id), 0);
        assert_eq!(room.fake.minted(id), Some(minted));
    }
    assert_eq!(room.get(&old).await.store.phase, Phase::Ready);
    worker.stop().await;
}

/// The cluster is put back from a backup, and with it a store that its owner had deleted.
async fn the_namespace_of_a_deleted_store_goes(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work_with(&room.db, &at_once(&room));
    let (gone, lives) = (room.create("my-shop").await.store.id, room.create("other").await.store.id);
    for id in [&gone, &lives] {
        room.until_phase(id, Phase::Ready).await;
    }
    let backup = room.fake.backup();
    room.db.store_delete(&gone, "owner").await.unwrap();
    room.until_phase(&gone, Phase::Deleted).await;
    // Its name is somebody else's by now.
    let namesake = room.create("my-shop").await.store.id;
    room.until_phase(&namesake, Phase::Ready).await;
    room.fake.put_back(backup, &[&namesake]);
    assert_eq!(seen(&sweep(&room.db).await), [(Orphan::Tombstone, gone.namespace(), 1)]);
    assert!(room.fake.holds(&gone));
    sweep(&room.db).await;
    assert_eq!(room.fake.removals(&gone), 1);
    assert!(!room.fake.holds(&gone), "what its owner deleted stays deleted, whatever it holds");
    assert!(room.fake.holds(&lives) && room.fake.holds(&namesake));
    assert_eq!(room.get(&gone).await.store.phase, Phase::Deleted);
    let told = room.events(&gone).await;
    assert!(told.last().unwrap().detail.contains("is removed"), "{told:?}");
    audited(&room).await;
    worker.stop().await;
}

/// A namespace of the store's name with our labels, made by somebody else after the store's own was deleted.
async fn a_look_alike_stays_whatever_becomes_of_the_store(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work_with(&room.db, &at_once(&room));
    let id = room.create("my-shop").await.store.id;
    let store = room.until_phase(&id, Phase::Ready).await.store;
    assert!(store.namespace_uid.is_some());
    room.fake.lose(&id, Volumes::Go);
    room.fake.imitate(&store);
    let deeds = room.fake.deeds(&id).len();
    for _ in 0..2 {
        assert_eq!(seen(&sweep(&room.db).await)[0].0, Orphan::LookAlike);
    }
    let failed = room.until_phase(&id, Phase::Failed).await;
    assert_eq!(failed.store.reason.unwrap().code, ReasonCode::ForeignNamespace);
    room.db.store_retry(&id, "owner").await.unwrap();
    room.until(&id, |row| row.store.reason.is_some()).await;
    room.db.store_delete(&id, "owner").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    for _ in 0..3 {
        assert_eq!(seen(&sweep(&room.db).await)[0].0, Orphan::LookAlike);
    }
    assert_eq!(room.fake.deeds(&id).len(), deeds, "a deed in a stranger's namespace");
    assert_eq!(room.fake.removals(&id), 0);
    assert!(room.fake.holds(&id));
    worker.stop().await;
}

async fn a_store_whose_namespace_is_gone_is_not_ready_and_a_retry_makes_it_anew(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work_with(&room.db, &at_once(&room));
    let id = room.create("my-shop").await.store.id;
    let before = room.until_phase(&id, Phase::Ready).await.store;
    // A change during the last visit brings one more look.
    in_time(async {
        while room.db.next_due().await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    room.fake.lose(&id, Volumes::Stay);
    let first = sweep(&room.db).await;
    assert!(seen(&first).iter().any(|(kind, _, sightings)| *kind == Orphan::Lost && *sightings == 1), "{first:?}");
    assert!(seen(&first).iter().any(|(kind, ..)| *kind == Orphan::Volume), "{first:?}");
    assert_eq!(room.get(&id).await.store.phase, Phase::Ready, "one sighting may be of a moment");
    sweep(&room.db).await;
    let failed = room.until_phase(&id, Phase::Failed).await;
    assert_eq!(failed.store.reason.unwrap().code, ReasonCode::NamespaceLost);

    room.fake.lose(&id, Volumes::Go);
    room.db.store_retry(&id, "owner").await.unwrap();
    let after = room.until_phase(&id, Phase::Ready).await.store;
    assert_ne!(after.namespace_uid, before.namespace_uid, "the new namespace is the store's by its own UID");
    assert_eq!(seen(&sweep(&room.db).await), []);

    room.fake.lose(&id, Volumes::Go);
    room.db.store_delete(&id, "owner").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    worker.stop().await;
}

/// Killed after its namespace was made and before that was written: the next one knows it for the store's own.
async fn a_namespace_made_in_the_last_moment_is_the_stores_own(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let worker = room.work();
    let first = room.until_phase(&id, Phase::Ready).await.store.namespace_uid;
    room.fake.lose(&id, Volumes::Go);
    sweep(&room.db).await;
    sweep(&room.db).await;
    room.until_phase(&id, Phase::Failed).await;
    room.fake.script("my-shop", Script { made_unheard: true, ..Script::default() });
    room.db.store_retry(&id, "owner").await.unwrap();
    in_time(room.fake.halted()).await;
    worker.kill().await;
    in_time(room.fake.freed()).await;
    assert_eq!(room.get(&id).await.store.namespace_uid, None, "the old UID was forgotten before the new one was made");
    room.fake.script("my-shop", Script::default());
    let worker = room.work();
    let again = room.until_phase(&id, Phase::Ready).await.store.namespace_uid;
    assert!(again.is_some() && again != first);
    worker.stop().await;
}

/// On PostgreSQL two replicas; on SQLite two workers of one process.
async fn two_sweep_at_once_and_act_once(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let id = bare(&mut room, "my-shop").await;
    let second = room.second_db().await;
    let workers = [
        room.work_with(&room.db, &at_once(&room)),
        room.work_with(&second, &Settings { name: "second".to_owned(), ..at_once(&room) }),
    ];
    let (one, other) = tokio::join!(sweep(&room.db), sweep(&second));
    drop((one, other));
    in_time(async {
        while room.fake.holds(&id) {
            tokio::join!(sweep(&room.db), sweep(&second));
        }
    })
    .await;
    tokio::join!(sweep(&room.db), sweep(&second));
    assert_eq!(room.fake.removals(&id), 1);
    audited(&room).await;
    for worker in workers {
        worker.stop().await;
    }
}

/// What no watch tells of: the last look before a namespace goes is at the cluster itself.
async fn what_turns_out_to_hold_something_stays(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let id = bare(&mut room, "my-shop").await;
    room.fake.script("my-shop", Script { unlabelled_claim: true, ..Script::default() });
    let worker = room.work_with(&room.db, &at_once(&room));
    for _ in 0..4 {
        sweep(&room.db).await;
    }
    assert!(room.fake.removals(&id) >= 1, "it was tried");
    assert!(room.fake.holds(&id));
    assert!(room.db.orphans().await.unwrap()[0].removing_ms.is_none());
    worker.stop().await;
}

on_both!(
    what_is_in_order_is_no_orphan,
    what_holds_nothing_goes_after_two_sightings_and_its_grace,
    nothing_goes_at_the_first_sight,
    a_database_of_yesterday_takes_nothing_with_it_that_lives,
    the_namespace_of_a_deleted_store_goes,
    a_look_alike_stays_whatever_becomes_of_the_store,
    a_store_whose_namespace_is_gone_is_not_ready_and_a_retry_makes_it_anew,
    a_namespace_made_in_the_last_moment_is_the_stores_own,
    two_sweep_at_once_and_act_once,
    what_turns_out_to_hold_something_stays,
);
