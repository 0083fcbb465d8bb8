use provisioner::cluster::fake::Pace;
use provisioner::db::{ChangeError, CreateError, Db, Filter, OpenError};
use store_model::{Engine, Phase, StoreId};

use crate::on_both;
use crate::room::{Room, in_time, new_store};
use crate::support::{Database, Kind};

async fn a_name_belongs_to_one_store(kind: Kind) {
    let room = Room::new(kind, Pace::ByTick).await;
    let first = room.create("my-shop").await.store.id;
    let taken = room.db.store_create(new_store("my-shop"), None).await.unwrap_err();
    assert!(matches!(taken, CreateError::NameTaken { deleting: false }), "{taken:?}");

    room.db.store_delete(&first, "somebody").await.unwrap();
    let taken = room.db.store_create(new_store("my-shop"), None).await.unwrap_err();
    assert!(matches!(taken, CreateError::NameTaken { deleting: true }), "{taken:?}");

    let worker = room.work();
    room.until_phase(&first, Phase::Deleted).await;
    let second = room.create("my-shop").await;
    assert_ne!(second.store.id, first);
    // The name finds the living one, the id still finds the tombstone.
    assert_eq!(room.db.store_find("my-shop").await.unwrap().unwrap().store.id, second.store.id);
    assert_eq!(room.get(&first).await.store.phase, Phase::Deleted);
    worker.stop().await;
}

async fn of_many_with_one_name_one_wins(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let tries = (0..20).map(|_| {
        let db = room.db.clone();
        tokio::spawn(async move { db.store_create(new_store("my-shop"), None).await })
    });
    let mut won = 0;
    for outcome in in_time(futures::future::join_all(tries)).await {
        match outcome.unwrap() {
            Ok(_) => won += 1,
            Err(CreateError::NameTaken { deleting: false }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(room.db.store_list(&Filter::default()).await.unwrap().total, 1);
}

async fn lists_are_paged_filtered_and_searched(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    for number in 0..5 {
        room.create(&format!("shop-{number}")).await;
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = room.db.store_list(&Filter { limit: 2, cursor, ..Filter::default() }).await.unwrap();
        assert_eq!(page.total, 5);
        seen.extend(page.items.into_iter().map(|row| row.store.name.to_string()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    assert_eq!(sorted, ["shop-0", "shop-1", "shop-2", "shop-3", "shop-4"]);

    let total = async |filter: Filter| room.db.store_list(&filter).await.unwrap().total;
    let search = |text: &str| Filter { search: Some(text.to_owned()), ..Filter::default() };
    assert_eq!(total(search("SHOP-3")).await, 1);
    // The titles hold "100%"; the sign means itself, and so does the line.
    assert_eq!(total(search("100%")).await, 5);
    assert_eq!(total(search("1%0")).await, 0);
    assert_eq!(total(search("shop_1")).await, 0);
    assert_eq!(total(search("'; DROP TABLE stores; --")).await, 0);
    assert_eq!(total(Filter { engine: Some(Engine::Medusa), ..Filter::default() }).await, 0);
    assert_eq!(total(Filter { phase: Some(Phase::Requested), ..Filter::default() }).await, 5);
    // A cursor that is no cursor is the first page.
    assert_eq!(
        room.db.store_list(&Filter { cursor: Some("x".to_owned()), ..Filter::default() }).await.unwrap().items.len(),
        5
    );
}

async fn deleted_stores_are_listed_only_when_asked_for(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let worker = room.work();
    let id = room.create("my-shop").await.store.id;
    room.db.store_delete(&id, "somebody").await.unwrap();
    room.until_phase(&id, Phase::Deleted).await;
    assert_eq!(room.db.store_list(&Filter::default()).await.unwrap().total, 0);
    let deleted = Filter { phase: Some(Phase::Deleted), ..Filter::default() };
    assert_eq!(room.db.store_list(&deleted).await.unwrap().items[0].store.id, id);
    assert_eq!(room.db.phase_counts().await.unwrap(), [(Phase::Deleted, 1)]);
    worker.stop().await;
}

async fn what_is_not_there_is_not_found(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let id = StoreId::parse("s0123456789a").unwrap();
    assert!(room.db.store_find("nothing").await.unwrap().is_none());
    assert!(matches!(room.db.store_retry(&id, "somebody").await, Err(ChangeError::NotFound)));
    assert!(matches!(room.db.store_delete(&id, "somebody").await, Err(ChangeError::NotFound)));
    room.db.ping().await.unwrap();
}

async fn a_database_opens_again_as_it_was(kind: Kind) {
    let database = Database::new(kind).await;
    let db = database.open().await;
    let created = db.store_create(new_store("my-shop"), None).await.unwrap().store;
    db.close().await;
    drop(db);
    let db = database.open().await;
    assert_eq!(db.store_find("my-shop").await.unwrap().unwrap(), created);
}

#[tokio::test]
async fn a_second_process_on_one_sqlite_file_is_refused() {
    let database = Database::new(Kind::Sqlite).await;
    let first = database.open().await;
    let Err(refused) = Db::open(&database.settings).await else { panic!("the second one may open the file") };
    assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
    let message = refused.to_string();
    assert!(message.contains("in use by another provisioner") && message.contains("DATABASE_URL"), "{message}");
    drop(first);
    database.open().await;
}

on_both!(
    a_name_belongs_to_one_store,
    of_many_with_one_name_one_wins,
    lists_are_paged_filtered_and_searched,
    deleted_stores_are_listed_only_when_asked_for,
    what_is_not_there_is_not_found,
    a_database_opens_again_as_it_was,
);
