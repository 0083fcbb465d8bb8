use provisioner::cluster::fake::Pace;
use provisioner::db::{AccountError, Db, NewAccount, NewToken};
use store_api::Role;

use crate::on_both;
use crate::room::Room;
use crate::support::Kind;

async fn account(db: &Db, name: &str, role: Role) -> String {
    let email = format!("{name}@example.com");
    let new = NewAccount { id: name.to_owned(), email, role, password_hash: "a hash".to_owned() };
    db.account_create(&new, "somebody").await.unwrap().id
}

async fn admins(db: &Db) -> usize {
    db.account_list().await.unwrap().iter().filter(|account| account.role == Role::Admin).count()
}

/// Each counts two administrators, and would leave none.
async fn two_administrators_who_end_each_other_at_once_leave_one(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    let (ada, eve) = (account(&room.db, "ada", Role::Admin).await, account(&room.db, "eve", Role::Admin).await);
    for round in 0..20 {
        let (one, other) = tokio::join!(
            room.db.account_role_put(&ada, Role::Viewer, "eve"),
            room.db.account_role_put(&eve, Role::Viewer, "ada")
        );
        let refused = [one, other].into_iter().filter(|end| matches!(end, Err(AccountError::LastAdmin))).count();
        assert_eq!((refused, admins(&room.db).await), (1, 1), "round {round}");
        for id in [&ada, &eve] {
            room.db.account_role_put(id, Role::Admin, "somebody").await.unwrap();
        }
    }
    let (one, other) =
        tokio::join!(room.db.account_role_put(&ada, Role::Viewer, "eve"), room.db.account_delete(&eve, "ada"));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(admins(&room.db).await, 1);
    assert_eq!(room.db.audit_verify().await.unwrap().broken_at, None);
}

async fn a_token_may_do_no_more_than_its_account(kind: Kind) {
    let room = Room::new(kind, Pace::AtOnce).await;
    account(&room.db, "ada", Role::Admin).await;
    let eve = account(&room.db, "eve", Role::Admin).await;
    for (id, role, of) in
        [("mighty", Role::Admin, Some(&eve)), ("modest", Role::Viewer, Some(&eve)), ("platform", Role::Admin, None)]
    {
        let (id, account) = (id.to_owned(), of.cloned());
        let name = id.clone();
        let new = NewToken { id, hash: "x".to_owned(), name, role, account, created_by: "eve".to_owned(), days: 1 };
        room.db.token_create(&new).await.unwrap();
    }
    for (role, expected) in [
        (Role::Admin, [("mighty", Role::Admin), ("modest", Role::Viewer), ("platform", Role::Admin)]),
        (Role::Viewer, [("mighty", Role::Viewer), ("modest", Role::Viewer), ("platform", Role::Admin)]),
        (Role::Admin, [("mighty", Role::Admin), ("modest", Role::Viewer), ("platform", Role::Admin)]),
    ] {
        room.db.account_role_put(&eve, role, "ada").await.unwrap();
        let listed = room.db.token_list(None).await.unwrap();
        for (id, role) in expected {
            assert_eq!(room.db.token_find(id).await.unwrap().unwrap().role, role, "{id}");
            assert_eq!(listed.iter().find(|token| token.id == id).unwrap().role, role, "{id} in the list");
        }
    }
}

on_both!(two_administrators_who_end_each_other_at_once_leave_one, a_token_may_do_no_more_than_its_account);
