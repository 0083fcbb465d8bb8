//! Two versions of the service on one database, one after the other and side by side.

use std::borrow::Cow;

use provisioner::cluster::fake::Pace;
use store_model::Phase;

use crate::on_both;
use crate::room::Room;
use crate::support::{Database, Kind};

/// A ready store of the first version's tables: nothing is done to it, and it can be deleted.
async fn a_store_of_the_first_version_rests(kind: Kind) {
    let database = Database::new(kind).await;
    let all = sqlx::migrate!("./migrations");
    let first = all.iter().take(1).cloned().collect::<Vec<_>>();
    let first = sqlx::migrate::Migrator { migrations: Cow::Owned(first), ..sqlx::migrate::Migrator::DEFAULT };
    first.run(&mut database.connect().await).await.unwrap();
    database
        .execute(
            "INSERT INTO stores (id, name, engine, plan, host, title, admin_email, currency, country, sample_products,
                 created_by, created_at_ms, updated_at_ms, desired, phase, ready_at_ms, fence, wakes, wish)
             VALUES ('sabcdefghijk', 'mugs', 'woocommerce', 'small', 'mugs.localhost', 'Mugs', 'a@example.com', 'EUR', 'DE',
                 1, 'api-token', 1795428000000, 1795428000000, 'present', 'ready', 1795428000000, 3, 9, 0)",
        )
        .await;

    let room = Room::on(database, Pace::AtOnce).await;
    let worker = room.work();
    let id = store_model::StoreId::parse("sabcdefghijk").unwrap();
    // Another store goes all the way meanwhile: the worker is at work.
    let other = room.create("other").await.store.id;
    room.until_phase(&other, Phase::Ready).await;
    assert_eq!(room.fake.deeds(&id), Vec::<&str>::new());
    assert_eq!(room.get(&id).await.store.phase, Phase::Ready);
    room.db.store_delete(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    worker.stop().await;
}

/// A replica of this version starts on tables that a later one has changed already.
async fn a_later_version_s_tables_are_served(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    room.database
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9999, 'of a later version', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    room.database.execute("ALTER TABLE stores ADD COLUMN of_a_later_version TEXT").await;
    let room = room.reopened().await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.until_phase(&id, Phase::Ready).await;
    worker.stop().await;
}

on_both!(a_store_of_the_first_version_rests, a_later_version_s_tables_are_served);
