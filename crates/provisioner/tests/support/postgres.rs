//! One real PostgreSQL server for a run of the tests, on a socket in a directory of its own.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::unistd::User;
use sqlx::{Connection, PgConnection};

/// The URL of a database that nobody else uses.
pub async fn new_database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = tokio::task::spawn_blocking(server).await.unwrap();
    let name = format!("room{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let begun = Instant::now();
    let mut connection = loop {
        match PgConnection::connect(&server.url("postgres")).await {
            Ok(connection) => break connection,
            Err(error) => {
                let log = std::fs::read_to_string(server.directory.join("log")).unwrap_or_default();
                assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {error}\n{log}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    server.url(&name)
}

/// The URL of a copy of that database; whoever is still connected to it is thrown out.
#[allow(dead_code, reason = "not every test binary with this module puts a backup back")]
pub async fn copy_of(url: &str) -> String {
    let from = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    let name = format!("copy_of_{from}");
    let server = tokio::task::spawn_blocking(server).await.unwrap();
    let mut connection = PgConnection::connect(&server.url("postgres")).await.unwrap();
    let sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    let begun = Instant::now();
    loop {
        sqlx::query(sessions).bind(from).execute(&mut connection).await.unwrap();
        let copy = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {from}"));
        match sqlx::query(copy).execute(&mut connection).await {
            Ok(_) => break,
            // The bell of a database that is closed listens once more before it notices.
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(60), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    connection.close().await.unwrap();
    server.url(&name)
}

struct Server {
    directory: PathBuf,
    /// Its standard input ends with this process, however it ends, and the script then stops the server and cleans up.
    _script: Child,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres://rooms@localhost/{database}?host={}", self.directory.display())
    }
}

const SCRIPT: &str = r#"
bin=$1 directory=$2
trap 'rm -rf "$directory"' EXIT
"$bin/initdb" -D "$directory/data" -U rooms --auth=trust -E UTF8 --no-locale --no-sync >"$directory/log" 2>&1 || exit 1
"$bin/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c max_connections=400 \
    -c fsync=off >>"$directory/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
"#;

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let directory = tempfile::Builder::new().prefix("rooms").tempdir().unwrap().keep();
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "sh"]).arg(binaries()).arg(&directory).stdin(Stdio::piped()).current_dir("/");
        // PostgreSQL refuses to run as root.
        if nix::unistd::geteuid().is_root() {
            let user = User::from_name("nobody").unwrap().expect("the user nobody");
            chown(&directory, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
            script.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        // In a group of its own: Ctrl-C ends the tests, and the end of the tests ends the server.
        let script = script.process_group(0).spawn().unwrap();
        Server { directory, _script: script }
    })
}

/// Debian keeps the server's programs beside each other by version.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter(|entry| Path::new(&entry.path()).join("bin/initdb").exists())
        .max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    newest.expect("PostgreSQL's server is not installed; run: apt-get install postgresql").path().join("bin")
}
