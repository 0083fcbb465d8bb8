//! What is counted. Each test has a recorder of its own, and so runs on one thread.

use std::collections::BTreeSet;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use provisioner::cluster::fake::{Pace, Script};
use provisioner::db::{Call, Claim, Db, Hold, Record};
use provisioner::lease::LeaseTimes;
use provisioner::worker::Settings;
use sqlx::Row;
use store_model::Phase;

use crate::on_both;
use crate::relay::{RELAYED, Relay};
use crate::room::{Room, in_time};
use crate::support::Kind;

const LONG: Duration = Duration::from_hours(1);

fn counted(recorder: &PrometheusRecorder, name: &str) -> u64 {
    let rendered = recorder.handle().render();
    let values = rendered.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.map(|value| value.parse::<u64>().unwrap()).sum()
}

/// No bell tells of what is due, so only the poll finds it; a way that carries rings never does.
#[tokio::test]
async fn what_only_the_poll_found_is_counted() {
    const FOUND: &str = "store_platform_poll_found_total";
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counts = metrics::set_default_local_recorder(&recorder);
    let room = Room::new(Kind::Postgres, Pace::AtOnce).await;
    let relay = Relay::to(&room.database.settings).await;
    let led = Db::open(&relay.settings()).await.unwrap();
    let mut bell = led.bell().subscribe();
    in_time(bell.recv()).await.unwrap();
    // More than what is taken for a ring on its way.
    let settings = Settings { poll: Duration::from_secs(2), ..room.settings.clone() };
    let worker = room.work_with(&led, &settings);
    for name in ["one", "two", "three"] {
        until_it_sleeps(&room).await;
        let id = room.create(name).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
        until_it_sleeps(&room).await;
        room.db.store_delete(&id, "somebody").await.unwrap();
        room.until_phase(&id, Phase::Deleted).await;
    }
    assert_eq!(counted(&recorder, FOUND), 0, "all of it was told");

    relay.deafen();
    // On a busy machine the pause may be over so soon that a ring could be on its way.
    for number in 0..10 {
        until_it_sleeps(&room).await;
        let id = room.create(&format!("unheard-{number}")).await.store.id;
        room.until_phase(&id, Phase::Ready).await;
        if counted(&recorder, FOUND) > 0 {
            break;
        }
    }
    assert_ne!(counted(&recorder, FOUND), 0, "nothing of it was told");
    worker.stop().await;
}

/// The worker at the relay's end asks the database for nothing: what it does by itself would lead it to any news.
async fn until_it_sleeps(room: &Room) {
    let mut witness = room.database.connect().await;
    in_time(async {
        loop {
            let awake = format!(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '{RELAYED}' AND datname = current_database()
                    AND (state <> 'idle' OR clock_timestamp() - state_change < interval '200 ms')"
            );
            let awake = sqlx::query(sqlx::AssertSqlSafe(awake)).fetch_one(&mut witness).await.unwrap();
            if awake.get::<i64, _>(0) == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What the counter is about: who may have been told, and who was not to be.
async fn a_claim_says_what_made_it_due(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = room.create("my-shop").await.store.id;
    let claimed = async |lease: Duration| {
        // Due in a moment by the database's clock.
        in_time(async {
            loop {
                if let Some(claim) = room.db.claim("first", lease).await.unwrap() {
                    return claim;
                }
            }
        })
        .await
    };
    let released = async |mut claim: Claim, record: Record, hold: Hold| {
        room.db.record(&mut claim, record, hold).await.unwrap();
    };
    let wake = async || room.db.wake_all(&BTreeSet::from([id.clone()])).await.unwrap();
    let at_once = Some(Duration::ZERO);

    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Rung, "created");
    room.db.claim_drop(&claim).await.unwrap();
    let claim = claimed(Duration::ZERO).await;
    assert_eq!(claim.call, Call::Rung, "handed over");
    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Itself, "its holder died");
    let record = Record::unchanged(&claim);
    released(claim, record, Hold::Release { due_in: at_once }).await;
    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Poll, "at rest");
    let record = Record::unchanged(&claim);
    released(claim, record, Hold::Pause(Duration::ZERO)).await;
    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Itself, "the cluster's caches lagged");
    wake().await;
    let record = Record::unchanged(&claim);
    released(claim, record, Hold::Release { due_in: Some(LONG) }).await;
    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Rung, "woken");
    let record = Record { misses: 1, attempts: 1, ..Record::unchanged(&claim) };
    wake().await;
    released(claim, record, Hold::Release { due_in: at_once }).await;
    wake().await;
    let claim = claimed(LONG).await;
    assert_eq!(claim.call, Call::Itself, "a back-off is over");
}

/// Somebody else's claim is noticed by the first ring, long before the next beat.
async fn a_claim_that_is_somebody_else_s_is_counted_as_lost(kind: Kind) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counts = metrics::set_default_local_recorder(&recorder);
    let room = Room::new(kind, Pace::AtOnce).await;
    room.fake.script("my-shop", Script { stops_at: Some("install-release"), ..Script::default() });
    let settings = Settings { lease: LeaseTimes::of(LONG), ..room.settings.clone() };
    let worker = room.work_with(&room.db, &settings);
    room.create("my-shop").await;
    in_time(room.fake.halted()).await;
    room.database.execute("UPDATE stores SET fence = fence + 1, lease_until_ms = lease_until_ms + 1000000000").await;
    room.create("another-shop").await;
    in_time(room.fake.freed()).await;
    assert_eq!(counted(&recorder, "store_platform_claims_lost_total"), 1);
    worker.stop().await;
}

on_both!(a_claim_says_what_made_it_due);

#[tokio::test]
async fn a_claim_that_is_somebody_else_s_is_counted_as_lost_on_sqlite() {
    a_claim_that_is_somebody_else_s_is_counted_as_lost(Kind::Sqlite).await;
}

#[tokio::test]
async fn a_claim_that_is_somebody_else_s_is_counted_as_lost_on_postgres() {
    a_claim_that_is_somebody_else_s_is_counted_as_lost(Kind::Postgres).await;
}
