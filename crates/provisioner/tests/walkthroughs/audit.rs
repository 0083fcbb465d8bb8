use std::time::Duration;

use provisioner::cluster::fake::Pace;
use provisioner::db::Audited;
use store_model::Phase;

use crate::on_both;
use crate::room::Room;
use crate::support::Kind;

/// A row for each transition, whoever brought it about, and a chain that shows any other hand.
async fn each_transition_is_in_the_chain_and_no_row_can_be_changed(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    room.db.store_delete(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    worker.stop().await;

    // create, provisioning, proving, ready, delete, deleted
    assert_eq!(room.db.audit_verify().await.unwrap(), Audited { rows: 6, broken_at: None });

    for (tampering, broken_at) in [
        ("UPDATE audit SET actor = 'nobody' WHERE id = 3", 3),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id > 1", 1),
    ] {
        room.database.execute(tampering).await;
        assert_eq!(room.db.audit_verify().await.unwrap().broken_at, Some(broken_at), "{tampering}");
    }
}

/// The last rows are as easily missed as any others.
async fn a_chain_cut_short_is_noticed(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.create("one").await;
    room.create("two").await;
    room.database.execute("DELETE FROM audit WHERE id = 2").await;
    assert_eq!(room.db.audit_verify().await.unwrap(), Audited { rows: 1, broken_at: Some(2) });
}

/// One owner asks for a hundred, another for one: with one hand, the one is next but one.
async fn an_owner_with_many_keeps_nobody_waiting(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    for number in 0..20 {
        room.create_as("greedy", &format!("greedy-{number}")).await;
    }
    let modest = room.create_as("modest", "modest").await.store.id;
    let lease = Duration::from_secs(3600);
    let owner = async || room.db.claim("first", lease).await.unwrap().unwrap();
    let first = owner().await;
    assert_eq!(first.row.store.created_by, "greedy", "it is due for longest");
    let second = owner().await;
    assert_eq!(second.row.store.id, modest);
    room.db.claim_drop(&first).await.unwrap();
    assert_eq!(owner().await.row.store.created_by, "greedy");
}

on_both!(
    each_transition_is_in_the_chain_and_no_row_can_be_changed,
    a_chain_cut_short_is_noticed,
    an_owner_with_many_keeps_nobody_waiting,
);
