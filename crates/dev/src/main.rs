//! The real provisioner on its in-memory cluster: nothing of its API, database or worker is another than in production,
//! and a store gets ready in seconds. What goes wrong is asked for by the store's name, on a port of its own.

mod control;
mod seed;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use provisioner::cluster::fake::{Fake, Pace};
use provisioner::config::Config;
use provisioner::db::Db;
use provisioner::http::{self, ApiToken, App};
use provisioner::{telemetry, worker};
use serde_json::json;
use store_model::ImageName;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

#[derive(Parser, Debug)]
#[command(about, version)]
struct Arguments {
    /// Where the API listens
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where it is told what goes wrong: PUT /scripts/<name of a store> {"imageBroken": true}
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Where the database is kept; a directory that goes with the process when left out
    #[arg(long)]
    data: Option<PathBuf>,
    /// What the platform's own token is
    #[arg(long, default_value = "dev-token")]
    token: String,
    /// How long each thing takes to come up
    #[arg(long, default_value_t = 400)]
    pace_ms: u64,
    /// So many stores are there already, and ready
    #[arg(long, default_value_t = 0)]
    stores: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    telemetry::start("warn")?;
    let scratch = tempfile::tempdir().context("make a scratch directory")?;
    let data = arguments.data.clone().unwrap_or_else(|| scratch.path().to_owned());
    std::fs::create_dir_all(&data).with_context(|| format!("make {}", data.display()))?;
    let config = config(&data)?;
    let db = Db::open(&config.database).await.context("open the database")?;
    let fake = Fake::new(Pace::Every(Duration::from_millis(arguments.pace_ms)));
    let (stop, stopped) = watch::channel(false);

    seed::stores(&db, &fake, &config, arguments.stores).await?;
    let token = ApiToken::new(&arguments.token.as_str().into());
    let app = App::new(db.clone(), Arc::new(fake.clone()), config, token);
    let api = TcpListener::bind(arguments.listen).await.context("listen for the API")?;
    let control = TcpListener::bind(arguments.control).await.context("listen for control")?;
    let (api_at, control_at) = (api.local_addr()?, control.local_addr()?);
    let server = tokio::spawn(http::serve(api, app, stopped.clone()));
    let settings = worker::Settings::new("dev".to_owned());
    let worker = tokio::spawn(worker::run(db, Arc::new(fake.clone()), settings, stopped));
    let control = tokio::spawn(control::serve(control, fake));

    println!("{}", json!({"api": format!("http://{api_at}"), "control": format!("http://{control_at}")}));
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("listen for Ctrl-C")?,
    }
    stop.send_replace(true);
    control.abort();
    worker.await.context("the worker ended badly")?;
    server.await.context("the server ended badly")?.context("serve")
}

/// As in production, with images by any name: this cluster pulls none.
fn config(data: &std::path::Path) -> Result<Config> {
    let fixed = [("BASE_DOMAIN", "localhost"), ("PUBLIC_PORT", "8080")];
    let mut env: BTreeMap<String, String> =
        fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    env.insert("DATA_DIR".to_owned(), data.display().to_string());
    for image in ImageName::ALL {
        env.insert(image.env().to_owned(), "store-platform/image:1".to_owned());
    }
    Ok(Config::from_env_map(env)?)
}
