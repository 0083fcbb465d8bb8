use std::collections::BTreeSet;
use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::{Claim, Hold, Record, Recorded, Renewed};
use provisioner::lease::LeaseTimes;
use provisioner::worker::Settings;
use store_model::{Phase, StoreId};

use crate::on_both;
use crate::room::{Room, in_time};
use crate::support::Kind;

const LONG: Duration = Duration::from_secs(3600);

async fn a_claimed_store_is_nobody_else_s(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.create("my-shop").await;
    let second = room.second_db().await;
    let claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    assert!(second.claim("second", LONG).await.unwrap().is_none());
    assert!(second.next_due().await.unwrap().unwrap() > Duration::from_secs(3000), "due when the lease lapses");
    room.db.claim_drop(&claim).await.unwrap();
    assert!(second.claim("second", LONG).await.unwrap().is_some());
}

async fn a_late_writer_is_refused(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let second = room.second_db().await;
    // A lease that has lapsed by the time it is written, as after a long pause of the process.
    let mut late = room.db.claim("late", Duration::ZERO).await.unwrap().unwrap();
    let mut next = second.claim("next", LONG).await.unwrap().unwrap();
    assert!(next.fence > late.fence);

    let ready = |claim: &Claim| Record { phase: Phase::Ready, ..Record::unchanged(claim) };
    let before = (room.get(&id).await, room.events(&id).await);
    let record = ready(&late);
    let written = room.db.record(&mut late, record, Hold::Release { due_in: None }).await.unwrap();
    assert_eq!(written, Recorded::Superseded);
    assert_eq!(room.db.claim_renew(&late, LONG).await.unwrap(), Renewed::Lost);
    room.db.claim_drop(&late).await.unwrap();
    assert_eq!((room.get(&id).await, room.events(&id).await), before);

    let record = ready(&next);
    assert_eq!(second.record(&mut next, record, Hold::Keep).await.unwrap(), Recorded::Written);
    assert_eq!(second.claim_renew(&next, LONG).await.unwrap(), Renewed::Held);
    assert_eq!(room.get(&id).await.store.phase, Phase::Ready);
}

async fn a_batch_of_changes_wakes_who_waits_and_nobody_else(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let (waits, ready) = (room.create("waits").await.store.id, room.create("ready").await.store.id);
    for _ in 0..2 {
        let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
        let phase = if claim.row.store.id == ready { Phase::Ready } else { Phase::Provisioning };
        let record = Record { phase, ..Record::unchanged(&claim) };
        let written = room.db.record(&mut claim, record, Hold::Release { due_in: None }).await.unwrap();
        assert_eq!(written, Recorded::Written);
    }
    assert_eq!(room.db.next_due().await.unwrap(), None, "both are at rest");
    // Ids of three batches, of which the first two know nobody.
    let strangers = (0..300).map(|number| StoreId::parse(&format!("s{number:011}")).unwrap());
    let mut changed: BTreeSet<StoreId> = strangers.collect();
    changed.extend([waits.clone(), ready]);
    room.db.wake_all(&changed).await.unwrap();
    let claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    assert_eq!(claim.row.store.id, waits);
    assert!(room.db.claim("first", LONG).await.unwrap().is_none());
}

async fn replicas_that_wake_the_same_stores_do_not_wait_for_each_other(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let mut ids = BTreeSet::new();
    for number in 0..30 {
        ids.insert(room.create(&format!("shop-{number}")).await.store.id);
    }
    let second = room.second_db().await;
    for _ in 0..30 {
        let (one, other) = tokio::join!(room.db.wake_all(&ids), second.wake_all(&ids));
        one.and(other).unwrap();
    }
}

async fn what_was_decided_under_an_older_wish_is_refused(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    room.db.store_delete(&id, "somebody").await.unwrap();
    assert_eq!(room.db.claim_check(&claim).await.unwrap(), Renewed::Unwanted);
    assert_eq!(room.db.claim_renew(&claim, LONG).await.unwrap(), Renewed::Unwanted);
    let record = Record { phase: Phase::Ready, ..Record::unchanged(&claim) };
    let written = room.db.record(&mut claim, record, Hold::Release { due_in: None }).await.unwrap();
    assert_eq!(written, Recorded::Superseded);
    assert_eq!(room.get(&id).await.store.phase, Phase::Deleting);
}

/// Woken while somebody looks: whatever they decide, the store is looked at again.
async fn a_wake_up_during_a_visit_is_not_lost(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    room.db.wake_all(&BTreeSet::from([id.clone()])).await.unwrap();
    let record = Record::unchanged(&claim);
    room.db.record(&mut claim, record, Hold::Release { due_in: Some(LONG) }).await.unwrap();
    assert_eq!(room.db.next_due().await.unwrap(), Some(Duration::ZERO));

    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    let record = Record::unchanged(&claim);
    room.db.record(&mut claim, record, Hold::Release { due_in: Some(LONG) }).await.unwrap();
    assert!(room.db.next_due().await.unwrap().unwrap() > Duration::from_secs(3000));
}

/// What a failed try has made wakes the store as any change does: six tries would be gone in seconds.
async fn a_wake_up_does_not_cut_a_back_off_short(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let wake = async || room.db.wake_all(&BTreeSet::from([id.clone()])).await.unwrap();
    let waits = async || room.db.next_due().await.unwrap().unwrap() > Duration::from_secs(3000);
    let missed = |claim: &Claim, attempts| Record { misses: 1, attempts, ..Record::unchanged(claim) };
    let back_off = Hold::Release { due_in: Some(LONG) };

    // During the try and after it.
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    wake().await;
    let record = missed(&claim, 1);
    room.db.record(&mut claim, record, back_off).await.unwrap();
    assert!(waits().await, "woken during the try");
    wake().await;
    assert!(waits().await, "woken after the try");

    // Whatever the owner wants is at once.
    room.db.store_retry(&id, "somebody").await.unwrap();
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    // A cluster that did not answer costs no attempt, and a change says that it is back.
    let record = missed(&claim, 0);
    room.db.record(&mut claim, record, back_off).await.unwrap();
    assert!(waits().await);
    wake().await;
    assert_eq!(room.db.next_due().await.unwrap(), Some(Duration::ZERO), "the cluster is back");

    // A look that only found it not ready yet is over with the next change, whatever failed before.
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    let record = Record { misses: 0, attempts: 3, ..Record::unchanged(&claim) };
    room.db.record(&mut claim, record, back_off).await.unwrap();
    wake().await;
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    // A store that has failed may have healed.
    let record = Record { phase: Phase::Failed, ..missed(&claim, 6) };
    room.db.record(&mut claim, record, back_off).await.unwrap();
    wake().await;
    let mut claim = room.db.claim("first", LONG).await.unwrap().unwrap();
    let record = missed(&claim, 1);
    room.db.record(&mut claim, record, back_off).await.unwrap();
    room.db.store_delete(&id, "somebody").await.unwrap();
    assert_eq!(room.db.next_due().await.unwrap(), Some(Duration::ZERO), "deleted");
}

async fn two_workers_never_act_on_one_store(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let second = room.second_db().await;
    let workers =
        [room.work(), room.work_with(&second, &Settings { name: "second".to_owned(), ..room.settings.clone() })];
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(room.create(&format!("shop-{number}")).await.store.id);
    }
    for id in &ids {
        room.until_phase(id, Phase::Ready).await;
        let installs = room.fake.deeds(id).iter().filter(|deed| **deed == "install-release").count();
        assert_eq!(installs, 1, "{id}");
    }
    assert_eq!(room.fake.overlaps(), 0);
    for worker in workers {
        worker.stop().await;
    }
}

/// Without its database a worker cannot know whether the store is still its own: it drops the deed by its own clock.
async fn without_a_heartbeat_the_deed_is_dropped(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let settings = Settings { lease: LeaseTimes::of(Duration::from_millis(600)), ..room.settings.clone() };
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let mine = room.second_db().await;
    let worker = room.work_with(&mine, &settings);
    room.create("my-shop").await;
    in_time(room.fake.halted()).await;
    mine.close().await;
    // Nobody lets the halted deed go on.
    in_time(room.fake.freed()).await;
    worker.kill().await;
}

on_both!(
    a_claimed_store_is_nobody_else_s,
    a_late_writer_is_refused,
    what_was_decided_under_an_older_wish_is_refused,
    a_wake_up_during_a_visit_is_not_lost,
    a_wake_up_does_not_cut_a_back_off_short,
    two_workers_never_act_on_one_store,
    without_a_heartbeat_the_deed_is_dropped,
    a_batch_of_changes_wakes_who_waits_and_nobody_else,
    replicas_that_wake_the_same_stores_do_not_wait_for_each_other,
);
