use std::time::Duration;

use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::EventKind;
use provisioner::worker::Settings;
use store_model::{Phase, ReasonCode, Stage, StageState};

use crate::on_both;
use crate::room::Room;
use crate::support::Kind;

async fn a_bad_image_fails_and_a_retry_after_the_cure_succeeds(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { image_broken: true, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let failed = room.until_phase(&id, Phase::Failed).await;
    let reason = failed.store.reason.unwrap();
    assert_eq!(reason.code, ReasonCode::ImagePull);
    assert!(reason.detail.contains("example.invalid/x:1"), "{reason:?}");
    let stage = &failed.stages[Stage::Application as usize];
    assert_eq!((stage.state, stage.detail.as_str()), (StageState::Failed, reason.detail.as_str()));

    room.fake.script("my-shop", Script::default());
    let retried = room.db.store_retry(&id, "somebody").await.unwrap();
    assert_eq!((retried.store.phase, retried.store.reason), (Phase::Requested, None));
    assert!(retried.stages.iter().all(|stage| stage.state != StageState::Failed));
    let ready = room.until_phase(&id, Phase::Ready).await;
    assert!(ready.proof.is_some());
    let deeds = room.fake.deeds(&id);
    assert_eq!(deeds.iter().filter(|deed| **deed == "restart-broken").count(), 1, "{deeds:?}");
    assert_eq!(deeds.iter().filter(|deed| **deed == "install-release").count(), 1, "{deeds:?}");
    worker.stop().await;
}

async fn a_retry_without_the_cure_fails_again(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { image_broken: true, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Failed).await;
    room.db.store_retry(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Failed).await;
    // The second failure comes after the restart had its moment to settle.
    assert!(room.fake.deeds(&id).contains(&"restart-broken"));
    worker.stop().await;
}

async fn a_healed_cluster_is_noticed_without_a_retry(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { image_broken: true, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Failed).await;
    room.fake.script("my-shop", Script::default());
    room.fake.back_off_ends();
    assert!(room.until_phase(&id, Phase::Ready).await.proof.is_some());
    worker.stop().await;
}

async fn a_refused_proof_is_tried_again(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { proofs_refused: 1, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let ready = room.until_phase(&id, Phase::Ready).await;
    assert_eq!((ready.store.attempts, ready.store.reason), (0, None));
    let events = room.events(&id).await;
    let tries: Vec<_> = events.iter().filter(|event| event.kind == EventKind::Attempt).collect();
    assert_eq!(tries.len(), 1, "{tries:#?}");
    assert_eq!(tries[0].reason.as_ref().unwrap().code, ReasonCode::ProofRefused);
    worker.stop().await;
}

async fn a_proof_that_is_always_refused_ends_in_failed(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { proofs_refused: 1000, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let failed = room.until_phase(&id, Phase::Failed).await;
    assert_eq!(failed.store.reason.unwrap().code, ReasonCode::ProofRefused);
    assert_eq!(failed.stages[Stage::Proof as usize].state, StageState::Failed);
    let proofs = |deeds: Vec<&str>| deeds.iter().filter(|deed| **deed == "prove").count();
    assert_eq!(proofs(room.fake.deeds(&id)), room.settings.attempts_max as usize);

    room.fake.script("my-shop", Script::default());
    room.db.store_retry(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Ready).await;
    worker.stop().await;
}

/// Each try begins by making something, of which the watches tell: the wait between two tries is not cut short by that.
async fn tries_that_make_something_are_made_with_their_waits(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { proofs_refused: 1000, ..Script::default() });
    // Full jitter may make it short; of a thousand years it does not.
    let long = Duration::from_secs(1000 * 365 * 86_400);
    let settings = Settings { backoff: long, backoff_cap: long, attempts_max: 2, ..room.settings.clone() };
    let worker = room.work_with(&room.db, &settings);
    let id = room.create("my-shop").await.store.id;
    room.until(&id, |row| row.store.attempts == 1).await;
    // The worker has heard of all that the try has made when it has heard of what came after it, and gone on with it.
    let other = room.create("another-shop").await.store.id;
    room.until_phase(&other, Phase::Ready).await;
    assert_eq!(room.get(&id).await.store.attempts, 1);
    assert_eq!(room.fake.deeds(&id).iter().filter(|deed| **deed == "prove").count(), 1);
    worker.stop().await;
}

async fn what_only_a_person_can_cure_is_tried_once(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { refused_at: Some("install-release"), ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let failed = room.until_phase(&id, Phase::Failed).await;
    assert_eq!(failed.store.reason.unwrap().code, ReasonCode::Release);
    assert_eq!(failed.stages[Stage::Release as usize].state, StageState::Failed);
    assert_eq!(room.fake.deeds(&id), ["create-namespace", "grant-access", "create-credentials", "install-release"]);
    worker.stop().await;
}

async fn a_foreign_namespace_is_not_touched(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { foreign_namespace: true, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let failed = room.until_phase(&id, Phase::Failed).await;
    assert_eq!(failed.store.reason.unwrap().code, ReasonCode::ForeignNamespace);
    room.db.store_delete(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(room.fake.deeds(&id), Vec::<&str>::new());
    assert!(room.fake.holds(&id));
    worker.stop().await;
}

async fn a_poison_store_does_not_stop_the_others(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("poison-look", Script { panics_at: Some("look"), ..Script::default() });
    room.fake.script("poison-act", Script { panics_at: Some("install-release"), ..Script::default() });
    let worker = room.work();
    let poison = [room.create("poison-look").await.store.id, room.create("poison-act").await.store.id];
    for number in 0..10 {
        let id = room.create(&format!("shop-{number}")).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
    }
    for id in poison {
        let failed = room.until_phase(&id, Phase::Failed).await;
        assert_eq!(failed.store.attempts, room.settings.attempts_max);
    }
    worker.stop().await;
}

async fn a_cluster_that_is_away_costs_no_attempts(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { unreachable: true, ..Script::default() });
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let away = room.until(&id, |row| row.store.reason.is_some()).await;
    assert_eq!(away.store.reason.unwrap().code, ReasonCode::Cluster);
    assert_eq!((away.store.phase, away.store.attempts), (Phase::Requested, 0));
    room.fake.script("my-shop", Script::default());
    room.until_phase(&id, Phase::Ready).await;
    // However often it was tried, it is told once.
    let tries = room.events(&id).await.iter().filter(|event| event.kind == EventKind::Attempt).count();
    assert_eq!(tries, 1);
    worker.stop().await;
}

async fn patience_ends_at_the_deadline(kind: Kind) {
    let room = Room::new(kind, Pace::ByTick).await;
    let settings = Settings { deadline: Duration::from_millis(300), ..room.settings.clone() };
    let worker = room.work_with(&room.db, &settings);
    let id = room.create("my-shop").await.store.id;
    let failed = room.until_phase(&id, Phase::Failed).await;
    let reason = failed.store.reason.unwrap();
    assert_eq!((reason.code, reason.detail.as_str()), (ReasonCode::Deadline, "database: starting the database"));
    // It was only slow: when it has come up, it goes on.
    for _ in 0..3 {
        room.fake.tick();
    }
    room.until_phase(&id, Phase::Ready).await;
    worker.stop().await;
}

on_both!(
    a_bad_image_fails_and_a_retry_after_the_cure_succeeds,
    a_retry_without_the_cure_fails_again,
    a_healed_cluster_is_noticed_without_a_retry,
    a_refused_proof_is_tried_again,
    a_proof_that_is_always_refused_ends_in_failed,
    tries_that_make_something_are_made_with_their_waits,
    what_only_a_person_can_cure_is_tried_once,
    a_foreign_namespace_is_not_touched,
    a_poison_store_does_not_stop_the_others,
    a_cluster_that_is_away_costs_no_attempts,
    patience_ends_at_the_deadline,
);
