use provisioner::cluster::fake::Pace;
use provisioner::db::EventKind;
use store_model::{Phase, Stage, StageState};

use crate::on_both;
use crate::room::{Room, in_time, phases};
use crate::support::Kind;

async fn a_store_comes_to_ready(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let created = room.create("my-shop").await;
    assert_eq!(created.store.phase, Phase::Requested);
    assert_eq!(created.store.created_at_ms, created.updated_at_ms);

    let ready = room.until_phase(&created.store.id, Phase::Ready).await;
    let sale = ready.proof.as_ref().expect("ready means sold");
    assert_eq!((sale.order_id.as_str(), sale.total.as_str()), ("1", "1.00"));
    assert!(ready.ready_at_ms.unwrap() >= created.store.created_at_ms);
    assert_eq!(ready.store.reason, None);
    for stage in &ready.stages {
        assert_eq!(stage.state, StageState::Done, "{stage:?}");
        assert!(stage.started_at_ms.unwrap() <= stage.ended_at_ms.unwrap(), "{stage:?}");
    }
    assert_eq!(
        room.fake.deeds(&created.store.id),
        ["create-namespace", "grant-access", "create-credentials", "install-release", "prove"]
    );
    let events = room.events(&created.store.id).await;
    assert_eq!(phases(&events), [Phase::Requested, Phase::Provisioning, Phase::Proving, Phase::Ready]);
    worker.stop().await;
}

async fn each_stage_shows_as_it_comes(kind: Kind) {
    let room = Room::new(kind, Pace::ByTick).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    let state = |stage: Stage, state: StageState| {
        move |row: &provisioner::db::StoreRow| row.stages.iter().any(|row| row.stage == stage && row.state == state)
    };
    let row = room.until(&id, state(Stage::Database, StageState::Running)).await;
    assert_eq!(row.stages[Stage::Database as usize].detail, "starting the database");
    for stage in [Stage::Database, Stage::Application] {
        room.fake.tick();
        let row = room.until(&id, state(stage, StageState::Done)).await;
        assert_eq!(row.store.phase, Phase::Provisioning, "nothing is proved before everything runs");
    }
    room.fake.tick();
    room.until_phase(&id, Phase::Ready).await;

    // Each state of each stage is told once, in the order in which a stage goes.
    let events = room.events(&id).await;
    for stage in Stage::ALL {
        let states: Vec<_> = events.iter().filter(|event| event.stage == Some(stage)).filter_map(|e| e.state).collect();
        assert_eq!(states.last(), Some(&StageState::Done), "{stage:?}: {states:?}");
        assert!(states.windows(2).all(|pair| pair[0] != pair[1]), "{stage:?}: {states:?}");
        assert!(states.len() <= 3, "{stage:?}: {states:?}");
    }
    assert!(events.iter().filter(|event| event.kind == EventKind::Phase).count() == 4, "{events:#?}");
    worker.stop().await;
}

async fn many_at_once_all_come_to_ready(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(room.create(&format!("shop-{number}")).await.store.id);
    }
    for id in &ids {
        room.until_phase(id, Phase::Ready).await;
    }
    assert_eq!(room.fake.overlaps(), 0);
    worker.stop().await;
}

async fn a_ready_store_rests(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    let (deeds, events) = (room.fake.deeds(&id), room.events(&id).await);
    // Restarting everything and telling of changes brings nothing to do.
    worker.stop().await;
    let worker = room.work();
    room.fake.back_off_ends();
    let other = room.create("other").await.store.id;
    room.until_phase(&other, Phase::Ready).await;
    // A change during the last visit brings one more look; then nothing is due, now or later.
    in_time(async {
        while room.db.next_due().await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!((room.fake.deeds(&id), room.events(&id).await), (deeds, events));
    worker.stop().await;
}

on_both!(a_store_comes_to_ready, each_stage_shows_as_it_comes, many_at_once_all_come_to_ready, a_ready_store_rests);
