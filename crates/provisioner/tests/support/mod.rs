//! Rooms for the tests: a database of its own for each, on SQLite or on a real PostgreSQL.

pub mod postgres;

use std::path::PathBuf;

use provisioner::db::{Db, DbSettings};
use secrecy::ExposeSecret;
use sqlx::Connection;
use tempfile::TempDir;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An empty database; gone with the test.
pub struct Database {
    pub settings: DbSettings,
    _directory: Option<TempDir>,
}

impl Database {
    pub async fn new(kind: Kind) -> Database {
        match kind {
            Kind::Sqlite => {
                let directory = tempfile::tempdir().unwrap();
                let settings = DbSettings::Sqlite { directory: PathBuf::from(directory.path()) };
                Database { settings, _directory: Some(directory) }
            }
            Kind::Postgres => {
                let settings = DbSettings::Postgres { url: postgres::new_database().await.into() };
                Database { settings, _directory: None }
            }
        }
    }

    pub async fn open(&self) -> Db {
        Db::open(&self.settings).await.unwrap()
    }

    /// What a backup of it is. Nobody has it open.
    #[allow(dead_code, reason = "not every test binary with this module puts a backup back")]
    pub async fn copy(&self) -> Database {
        match &self.settings {
            DbSettings::Sqlite { directory: from } => {
                let directory = tempfile::tempdir().unwrap();
                for entry in std::fs::read_dir(from).unwrap() {
                    let entry = entry.unwrap();
                    std::fs::copy(entry.path(), directory.path().join(entry.file_name())).unwrap();
                }
                let settings = DbSettings::Sqlite { directory: PathBuf::from(directory.path()) };
                Database { settings, _directory: Some(directory) }
            }
            DbSettings::Postgres { url } => {
                let settings = DbSettings::Postgres { url: postgres::copy_of(url.expose_secret()).await.into() };
                Database { settings, _directory: None }
            }
        }
    }

    /// As somebody with the database's own password would, past the service.
    #[allow(dead_code, reason = "not every test binary with this module reaches past the service")]
    pub async fn execute(&self, statement: &'static str) {
        sqlx::query(statement).execute(&mut self.connect().await).await.unwrap();
    }

    #[allow(dead_code, reason = "not every test binary with this module reaches past the service")]
    pub async fn connect(&self) -> sqlx::AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match &self.settings {
            DbSettings::Sqlite { directory } => format!("sqlite://{}/store-platform.db?mode=rwc", directory.display()),
            DbSettings::Postgres { url } => url.expose_secret().to_owned(),
        };
        sqlx::AnyConnection::connect(&url).await.unwrap()
    }
}
