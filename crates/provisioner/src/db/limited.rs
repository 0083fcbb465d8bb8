//! A connection may die without a word: its host is gone, a firewall has forgotten it. Nothing that waits on it would ever
//! hear of that, and the driver neither asks the system to look nor limits anything but the wait for a free connection. So
//! each wait for PostgreSQL ends here, and with it whatever of the service waits: a request, a visit, a sweep.

use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Describe, Either, Error, Execute, Executor, SqlStr, Transaction};
use tokio::time::timeout;

use super::dialect::{Dialect, STATEMENT_LIMIT};

/// A request waits this long for a connection before it says that the database is away.
pub const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// Below the limit of an acquire, so that within it a dead connection is found out and a new one opened. One that lives
/// answers in a millisecond.
pub const ALIVE_LIMIT: Duration = Duration::from_secs(1);

/// PostgreSQL itself ends a statement before this and says so.
const ANSWER_LIMIT: Duration = STATEMENT_LIMIT.saturating_add(Duration::from_secs(2));

/// The connections, none of which is waited on for ever.
#[derive(Clone, Debug)]
pub struct Pool {
    inner: AnyPool,
    dialect: Dialect,
}

impl Pool {
    pub(super) fn new(inner: AnyPool, dialect: Dialect) -> Pool {
        Pool { inner, dialect }
    }

    /// From an idle pool to the end of a statement.
    fn limit(&self) -> Option<Duration> {
        limit(self.dialect, ACQUIRE_LIMIT + ANSWER_LIMIT)
    }

    pub async fn begin(&self) -> Result<Transaction<'static, Any>, Error> {
        within(self.limit(), self.inner.begin_with(self.dialect.begin())).await
    }

    pub async fn close(&self) {
        if timeout(ACQUIRE_LIMIT, self.inner.close()).await.is_err() {
            tracing::warn!("close the database: a connection does not end; it ends with the process");
        }
    }
}

/// Whether anybody is at the other end. The driver's own question before and after each use would wait for ever.
pub async fn alive(connection: &mut AnyConnection) -> Result<(), Error> {
    within(Some(ALIVE_LIMIT), connection.ping()).await
}

pub async fn commit(transaction: Transaction<'static, Any>, dialect: Dialect) -> Result<(), Error> {
    within(limit(dialect, ANSWER_LIMIT), transaction.commit()).await
}

/// SQLite has nobody at another end: a disk that is slow is waited for.
fn limit(dialect: Dialect, limit: Duration) -> Option<Duration> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(limit),
    }
}

pub async fn within<T>(limit: Option<Duration>, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let Some(limit) = limit else { return asked.await };
    timeout(limit, asked).await.unwrap_or_else(|_| Err(silent(limit)))
}

pub fn silent(limit: Duration) -> Error {
    Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} ms", limit.as_millis())))
}

/// A connection in a transaction, each answer of which is waited for within a limit.
#[derive(Debug)]
pub struct Limited<'c> {
    pub connection: &'c mut AnyConnection,
    pub dialect: Dialect,
}

impl Limited<'_> {
    fn limit(&self) -> Option<Duration> {
        limit(self.dialect, ANSWER_LIMIT)
    }
}

type Answers<'e> = BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>, Error>>;

fn each_within(limit: Option<Duration>, answers: Answers<'_>) -> Answers<'_> {
    let Some(limit) = limit else { return answers };
    let answers = tokio_stream::StreamExt::timeout(answers, limit);
    answers.map(move |answer| answer.unwrap_or_else(|_| Err(silent(limit)))).boxed()
}

impl<'c> Executor<'c> for Limited<'c> {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Answers<'e>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        each_within(self.limit(), self.connection.fetch_many(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(within(self.limit(), self.connection.fetch_optional(query)))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(within(self.limit(), self.connection.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, Error>>
    where
        'c: 'e,
    {
        Box::pin(within(self.limit(), self.connection.describe(sql)))
    }
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Answers<'e>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        each_within(self.limit(), self.inner.fetch_many(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(within(self.limit(), self.inner.fetch_optional(query)))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement, Error>>
    where
        'p: 'e,
    {
        Box::pin(within(self.limit(), self.inner.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Any>, Error>>
    where
        'p: 'e,
    {
        Box::pin(within(self.limit(), self.inner.describe(sql)))
    }
}
