use std::time::Duration;

use sqlx::AssertSqlSafe;

/// After which PostgreSQL ends a statement: whoever asked has long given up.
pub(super) const STATEMENT_LIMIT: Duration = Duration::from_secs(10);

/// The few places where SQLite and PostgreSQL do not share a word. Statements are written once, with `NOW_MS`,
/// `SKIP_LOCKED` and `FOR_UPDATE` in them; nothing that comes from outside is ever put into a statement's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub fn sql(self, text: &str) -> AssertSqlSafe<String> {
        let text = text.replace("NOW_MS", self.now_ms()).replace("SKIP_LOCKED", self.skip_locked());
        AssertSqlSafe(text.replace("FOR_UPDATE", self.for_update()))
    }

    pub fn begin(self) -> &'static str {
        match self {
            // Takes the write lock now: a read that turns into a write later could fail in the middle.
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// FULL: with NORMAL the last commits may be gone after a power cut. The time-outs of PostgreSQL also end a
    /// transaction whose writer stands still: its locks would keep everybody else from the store.
    pub fn connection_setup(self) -> AssertSqlSafe<String> {
        AssertSqlSafe(match self {
            Dialect::Sqlite => "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON"
                .to_owned(),
            Dialect::Postgres => format!(
                "SET statement_timeout = {}; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '5s'",
                STATEMENT_LIMIT.as_millis()
            ),
        })
    }

    pub fn notify(self) -> Option<&'static str> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some("SELECT CAST(pg_notify('stores', '') AS TEXT)"),
        }
    }

    /// The database's clock, not the transaction's: a transaction that waited for its turn must not write old times.
    fn now_ms(self) -> &'static str {
        match self {
            Dialect::Sqlite => "CAST(unixepoch('subsec') * 1000 AS BIGINT)",
            Dialect::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => "FOR UPDATE",
        }
    }
}

/// `$1, $2, …`: so many values of a list that is bound one by one.
pub(super) fn places(count: usize) -> String {
    (1..=count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
