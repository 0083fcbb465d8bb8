//! One real PostgreSQL server for a run of the tests, reached over TCP so that a proxy can stand in the wire.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::unistd::User;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::control_plane::free_ports;
use crate::until;

pub struct Postgres {
    pub address: SocketAddr,
    /// Its standard input ends with this process, however it ends; then the server stops and its files are removed.
    _script: Child,
}

const SCRIPT: &str = r#"
programs=$1 directory=$2 port=$3
trap 'rm -rf "$directory"' EXIT
"$programs/initdb" -D "$directory/data" -U faults --auth=trust -E UTF8 --no-locale --no-sync >"$directory/log" 2>&1 || exit 1
"$programs/postgres" -D "$directory/data" -k "$directory" -c listen_addresses=127.0.0.1 -c port="$port" \
    -c max_connections=600 -c fsync=off >>"$directory/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
"#;

impl Postgres {
    pub async fn shared() -> Result<&'static Postgres> {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_try_init(Postgres::start).await
    }

    async fn start() -> Result<Postgres> {
        let directory = tempfile::Builder::new().prefix("faults-sql").tempdir()?.keep();
        let [port] = free_ports()?;
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "sh"]).arg(programs()?).arg(&directory).arg(port.to_string());
        script.stdin(Stdio::piped()).current_dir("/").process_group(0);
        // PostgreSQL refuses to run as root.
        if nix::unistd::geteuid().is_root() {
            let user = User::from_name("nobody")?.context("there is no user nobody to run PostgreSQL as")?;
            chown(&directory, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
            script.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        let script = script.spawn().context("start PostgreSQL")?;
        let postgres = Postgres { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), _script: script };
        until("PostgreSQL to start", Duration::from_secs(60), async || {
            Ok(Some(PgConnection::connect(&postgres.url("postgres", postgres.address)).await?.close().await?))
        })
        .await?;
        Ok(postgres)
    }

    /// A database that nobody else uses.
    pub async fn new_database(&self) -> Result<String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("scene{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres", self.address)).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(name)
    }

    /// A copy in place of what was there under that name. Nobody may be connected to the original.
    pub async fn copy(&self, original: &str, copy: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url("postgres", self.address)).await?;
        for statement in [
            format!("DROP DATABASE IF EXISTS {copy} WITH (FORCE)"),
            format!("CREATE DATABASE {copy} TEMPLATE {original}"),
        ] {
            let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut connection).await;
            done.with_context(|| statement)?;
        }
        Ok(connection.close().await?)
    }

    /// By way of `address`: the server's own, or a proxy's.
    pub fn url(&self, database: &str, address: SocketAddr) -> String {
        format!("postgres://faults@{address}/{database}?sslmode=disable")
    }
}

/// Debian keeps the server's programs beside each other by version.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter(|entry| entry.path().join("bin/initdb").exists())
        .max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    Ok(newest.context("PostgreSQL's server is not installed; run: apt-get install postgresql")?.path().join("bin"))
}
