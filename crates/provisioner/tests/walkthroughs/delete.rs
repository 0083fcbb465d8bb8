use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::ChangeError;
use store_model::{Desired, Phase, ReasonCode};

use crate::crash::CREATE_DEEDS;
use crate::on_both;
use crate::room::{Room, in_time, phases};
use crate::support::Kind;

async fn a_ready_store_is_removed_with_all_it_had(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    let answer = room.db.store_delete(&id, "somebody").await.unwrap();
    assert_eq!((answer.store.phase, answer.store.desired), (Phase::Deleting, Desired::Absent));
    let deleted = room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(
        deleted.removed.unwrap(),
        [
            "release/my-shop",
            "namespace/my-shop",
            "persistentvolume/pv-my-shop-data",
            "persistentvolume/pv-my-shop-uploads"
        ]
    );
    assert!(!room.fake.holds(&id));
    let events = phases(&room.events(&id).await);
    assert_eq!(events[events.len() - 3..], [Phase::Ready, Phase::Deleting, Phase::Deleted]);
    worker.stop().await;
}

/// In the middle of each deed: the deed is dropped at once and deleting wins.
async fn a_delete_during_the_create_wins(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    for deed in CREATE_DEEDS {
        room.fake.script(deed, Script { stops_at: Some(deed), ..Script::default() });
        let id = room.create(deed).await.store.id;
        in_time(room.fake.halted()).await;
        room.db.store_delete(&id, "somebody").await.unwrap();
        // Nobody lets the halted deed go on: only the new wish can end it.
        room.until_phase(&id, Phase::Deleted).await;
        assert!(!room.fake.holds(&id), "{deed}");
        let events = phases(&room.events(&id).await);
        assert!(!events.contains(&Phase::Ready), "{deed}: {events:?}");
        assert_eq!(events[events.len() - 2..], [Phase::Deleting, Phase::Deleted], "{deed}");
    }
    assert_eq!(room.fake.overlaps(), 0);
    worker.stop().await;
}

async fn a_deletion_that_is_blocked_says_by_what(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let script = Script { delete_blocked: Some("finalizer example.com/keep on pod x".to_owned()), ..Script::default() };
    room.fake.script("my-shop", script);
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    room.db.store_delete(&id, "somebody").await.unwrap();
    let blocked = room.until(&id, |row| row.store.reason.is_some()).await;
    let reason = blocked.store.reason.unwrap();
    assert_eq!(
        (reason.code, reason.detail.as_str()),
        (ReasonCode::DeleteBlocked, "finalizer example.com/keep on pod x")
    );
    assert_eq!(blocked.store.phase, Phase::Deleting);
    assert_eq!(room.db.deletions_blocked().await.unwrap().0, 1, "operators see it");

    room.fake.script("my-shop", Script::default());
    room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(room.get(&id).await.store.reason, None);
    assert_eq!(room.db.deletions_blocked().await.unwrap(), (0, Duration::ZERO));
    worker.stop().await;
}

/// On a cluster that takes its time, as that of `cargo xtask dev` does.
async fn a_deletion_goes_on_by_itself_when_nothing_is_in_its_way_any_more(kind: Kind) {
    let room = Room::new(kind, Pace::Every(Duration::from_millis(20))).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    let blocked = |by: &str| Script { delete_blocked: Some(by.to_owned()), ..Script::default() };
    room.fake.script("my-shop", blocked("one finalizer"));
    room.db.store_delete(&id, "somebody").await.unwrap();
    for by in ["one finalizer", "another finalizer"] {
        room.fake.script("my-shop", blocked(by));
        room.until(&id, |row| row.store.reason.as_ref().is_some_and(|reason| reason.detail == by)).await;
    }
    assert!(room.fake.holds(&id), "nothing goes on while something is in the way");
    room.fake.script("my-shop", Script::default());
    room.until_phase(&id, Phase::Deleted).await;
    assert!(!room.fake.holds(&id));
    worker.stop().await;
}

async fn what_cannot_be_uninstalled_goes_with_its_namespace(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    room.fake.script("my-shop", Script { refused_at: Some("uninstall-release"), ..Script::default() });
    room.db.store_delete(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    assert!(!room.fake.holds(&id));
    worker.stop().await;
}

async fn a_store_that_never_was_is_deleted_without_a_deed(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    room.db.store_delete(&id, "somebody").await.unwrap();
    let worker = room.work();
    let deleted = room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(deleted.removed, Some(Vec::new()));
    assert_eq!(room.fake.deeds(&id), Vec::<&str>::new());
    worker.stop().await;
}

async fn deleting_twice_is_deleting_once(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    room.db.store_delete(&id, "somebody").await.unwrap();
    assert_eq!(room.db.store_delete(&id, "somebody").await.unwrap().store.phase, Phase::Deleting);
    let worker = room.work();
    room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(room.db.store_delete(&id, "somebody").await.unwrap().store.phase, Phase::Deleted);
    assert!(matches!(room.db.store_retry(&id, "somebody").await, Err(ChangeError::Deleting)));
    let events = room.events(&id).await;
    assert_eq!(phases(&events), [Phase::Requested, Phase::Deleting, Phase::Deleted]);
    worker.stop().await;
}

on_both!(
    a_ready_store_is_removed_with_all_it_had,
    a_delete_during_the_create_wins,
    a_deletion_that_is_blocked_says_by_what,
    a_deletion_goes_on_by_itself_when_nothing_is_in_its_way_any_more,
    what_cannot_be_uninstalled_goes_with_its_namespace,
    a_store_that_never_was_is_deleted_without_a_deed,
    deleting_twice_is_deleting_once,
);
