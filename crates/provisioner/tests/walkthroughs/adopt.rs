//! The platform's database is lost, and its stores go on selling: their rows are made again from the cluster.

use provisioner::adopt::{Outcome, adopt};
use provisioner::cluster::fake::{Pace, Script, Volumes};
use provisioner::db::{Adopted, StoreRow};
use store_model::orphans::Orphan;
use store_model::{Desired, Phase, StoreId};

use crate::on_both;
use crate::orphans::{lose_the_database, sweep};
use crate::room::Room;
use crate::support::Kind;

async fn adopt_all(room: &Room) -> Vec<Outcome> {
    adopt(&room.db, &room.fake, None, "operator").await.unwrap()
}

/// What an owner chose and was given; how far it came is proved anew.
fn identity(row: &StoreRow) -> StoreRow {
    let mut row = row.clone();
    row.store.phase = Phase::Requested;
    row.ready_at_ms = None;
    row.proof = None;
    row.stages.clear();
    row.updated_at_ms = 0;
    row
}

async fn a_lost_database_is_made_again_and_no_store_notices(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let mut before = Vec::new();
    for (owner, name) in [("mara", "my-shop"), ("mara", "other-shop"), ("noor", "third-shop")] {
        let id = room.create_as(owner, name).await.store.id;
        before.push(room.until_phase(&id, Phase::Ready).await);
    }
    let ids: Vec<StoreId> = before.iter().map(|row| row.store.id.clone()).collect();
    let minted: Vec<_> = ids.iter().map(|id| room.fake.minted(id).unwrap()).collect();
    let deeds: Vec<_> = ids.iter().map(|id| room.fake.deeds(id)).collect();
    lose_the_database(&mut room, worker).await;
    // The platform that is put up instead is a newer one.
    room.fake.outdate();

    let worker = room.work();
    let orphans = sweep(&room.db).await;
    assert_eq!(orphans.iter().filter(|row| row.finding.kind == Orphan::Namespace).count(), 3, "{orphans:?}");
    let adopted = adopt_all(&room).await;
    assert_eq!(adopted.len(), 3);
    for outcome in &adopted {
        assert_eq!(outcome.adopted, Adopted::Made(Phase::Proving), "{outcome:?}");
    }
    for (at, row) in before.iter().enumerate() {
        let id = &row.store.id;
        let after = room.until_phase(id, Phase::Ready).await;
        assert_eq!(identity(&after), identity(row), "the row is another one");
        assert!(after.proof.is_some(), "ready means sold, after an adoption too");
        assert_eq!(room.fake.minted(id).as_ref(), Some(&minted[at]), "the credentials changed");
        let since = room.fake.deeds(id)[deeds[at].len()..].to_vec();
        assert_eq!(since, ["prove"], "what runs is only proved");
    }
    // No trace of it is left, and a second time finds nothing to do.
    assert_eq!(sweep(&room.db).await, []);
    assert_eq!(adopt_all(&room).await, []);
    let named = adopt(&room.db, &room.fake, Some(&ids[0]), "operator").await.unwrap();
    assert_eq!(named[0].adopted, Adopted::Known);
    assert_eq!(room.db.audit_verify().await.unwrap().broken_at, None);
    worker.stop().await;
}

/// Two operators at once: each store is adopted by one of them.
async fn adopting_at_once_adopts_once(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    for number in 0..4 {
        let id = room.create(&format!("shop-{number}")).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
    }
    lose_the_database(&mut room, worker).await;
    let second = room.second_db().await;
    let (one, other) = tokio::join!(adopt_all(&room), adopt(&second, &room.fake, None, "another operator"));
    let both = [one, other.unwrap()].concat();
    let made = both.iter().filter(|outcome| matches!(outcome.adopted, Adopted::Made(_))).count();
    assert_eq!(made, 4, "{both:?}");
    assert!(both.iter().all(|outcome| !matches!(outcome.adopted, Adopted::Refused(_))), "{both:?}");
}

/// The database died when the store was half made; a namespace of before the annotation tells by its release.
async fn what_was_half_made_or_made_long_ago_goes_on(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("half", Script { refused_at: Some("install-release"), ..Script::default() });
    room.fake.script("doomed", Script { delete_blocked: Some("a finalizer".to_owned()), ..Script::default() });
    let worker = room.work();
    let half = room.create("half").await.store.id;
    room.until_phase(&half, Phase::Failed).await;
    let [old, doomed] = [room.create("old-shop").await.store.id, room.create("doomed").await.store.id];
    for id in [&old, &doomed] {
        room.until_phase(id, Phase::Ready).await;
    }
    let minted = room.fake.minted(&half).unwrap();
    room.fake.forget_annotation(&old);
    room.fake.doom(&doomed);
    lose_the_database(&mut room, worker).await;
    room.fake.script("half", Script::default());

    let adopted = adopt_all(&room).await;
    assert_eq!(adopted.len(), 3, "{adopted:?}");
    let worker = room.work();
    room.until_phase(&half, Phase::Ready).await;
    assert_eq!(room.fake.minted(&half), Some(minted), "what was minted is the store's for its life");
    room.until_phase(&old, Phase::Ready).await;
    assert_eq!(room.fake.deeds(&old).iter().filter(|deed| **deed == "install-release").count(), 1);
    // A namespace that is being deleted is a store that is being deleted.
    let going = room.get(&doomed).await.store;
    assert_eq!((going.desired, going.phase), (Desired::Absent, Phase::Deleting));
    room.fake.script("doomed", Script::default());
    room.fake.tick();
    room.fake.tick();
    room.until_phase(&doomed, Phase::Deleted).await;
    worker.stop().await;
}

async fn what_cannot_be_adopted_is_told_and_not_forced(kind: Kind) {
    let mut room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("nameless", Script { refused_at: Some("create-credentials"), ..Script::default() });
    let worker = room.work();
    let first = room.create("my-shop").await.store.id;
    room.until_phase(&first, Phase::Ready).await;
    let nameless = room.create("nameless").await.store.id;
    room.until_phase(&nameless, Phase::Failed).await;
    room.fake.forget_annotation(&nameless);
    lose_the_database(&mut room, worker).await;
    // Somebody was quicker and has the name by now.
    let worker = room.work();
    let second = room.create("my-shop").await.store.id;
    room.until_phase(&second, Phase::Ready).await;
    let why = |outcomes: &[Outcome], id: &StoreId| {
        let outcome = outcomes.iter().find(|outcome| outcome.store == *id).unwrap();
        let Adopted::Refused(why) = &outcome.adopted else { panic!("{outcome:?}") };
        why.clone()
    };
    let adopted = adopt_all(&room).await;
    assert!(why(&adopted, &first).contains(second.as_str()), "{adopted:?}");
    assert!(why(&adopted, &nameless).contains("annotation"), "{adopted:?}");
    let nobody = StoreId::parse("s0123456789a").unwrap();
    let adopted = adopt(&room.db, &room.fake, Some(&nobody), "operator").await.unwrap();
    assert!(why(&adopted, &nobody).contains("no namespace"), "{adopted:?}");
    // Once the name is free again, it is the first one's again.
    room.db.store_delete(&second, "owner").await.unwrap();
    room.until_phase(&second, Phase::Deleted).await;
    adopt_all(&room).await;
    room.until_phase(&first, Phase::Ready).await;
    worker.stop().await;
}

/// The cluster was put back from a backup of namespaces: the same objects under other UIDs. Somebody who has looked at it
/// says so by its name; all others are left alone.
async fn a_namespace_under_another_uid_is_adopted_by_its_name_alone(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let store = room.until_phase(&id, Phase::Ready).await.store;
    room.fake.lose(&id, Volumes::Go);
    room.fake.imitate(&store);
    assert_eq!(adopt_all(&room).await, []);
    let named = adopt(&room.db, &room.fake, Some(&id), "operator").await.unwrap();
    assert_eq!(named[0].adopted, Adopted::Made(Phase::Proving));
    let after = room.until(&id, |row| row.store.phase == Phase::Ready && row.proof.is_some()).await.store;
    assert_ne!(after.namespace_uid, store.namespace_uid);
    worker.stop().await;
}

on_both!(
    a_lost_database_is_made_again_and_no_store_notices,
    adopting_at_once_adopts_once,
    what_was_half_made_or_made_long_ago_goes_on,
    what_cannot_be_adopted_is_told_and_not_forced,
    a_namespace_under_another_uid_is_adopted_by_its_name_alone,
);
