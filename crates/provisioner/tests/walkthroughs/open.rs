//! A start beside what is there already: what passes is waited for.

use std::collections::BTreeSet;

use provisioner::db::{Db, DbSettings};
use sqlx::migrate::Migrate;
use sqlx::{Connection, PgConnection, Row};

use crate::room::in_time;
use crate::support::{Database, Kind};
use secrecy::ExposeSecret;

/// Another replica brings the tables to its version for longer than PostgreSQL lets this one wait for a lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_waits_for_another_ones_change_of_the_tables() {
    let database = Database::new(Kind::Postgres).await;
    let DbSettings::Postgres { url } = &database.settings else { panic!("it is PostgreSQL") };
    let mut other = PgConnection::connect(url.expose_secret()).await.unwrap();
    other.lock().await.unwrap();
    let settings = database.settings.clone();
    let start = tokio::spawn(async move { Db::open_when_there(&settings, Some("pod")).await });
    // Whoever waits for the lock a second time has been refused it once.
    let mut waited = BTreeSet::new();
    in_time(async {
        while waited.len() < 2 {
            let waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let waiting = sqlx::query(waiting).fetch_all(&mut other).await.unwrap();
            waited.extend(waiting.iter().map(|row| row.get::<i32, _>("pid")));
            assert!(!start.is_finished(), "it did not wait");
            tokio::task::yield_now().await;
        }
    })
    .await;
    other.close().await.unwrap();
    in_time(start).await.unwrap().unwrap().ping().await.unwrap();
}

/// Whatever a person has to cure is said at once.
#[tokio::test]
async fn a_start_does_not_wait_for_a_database_that_is_not_there() {
    let database = Database::new(Kind::Postgres).await;
    let DbSettings::Postgres { url } = &database.settings else { panic!("it is PostgreSQL") };
    let url = url.expose_secret().replace("localhost/", "localhost/no-");
    let opened = in_time(Db::open_when_there(&DbSettings::Postgres { url: url.into() }, None)).await;
    assert!(opened.is_err_and(|error| error.to_string().contains("does not exist")));
}
