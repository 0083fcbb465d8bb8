//! The service that provisions stores: parse (`http`), remember (`db`), go on (`worker`), reach the cluster (`cluster`).

pub mod adopt;
pub mod cluster;
pub mod config;
pub mod db;
pub mod faults;
pub mod http;
pub mod lease;
pub mod telemetry;
mod token;
pub mod worker;

use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use cluster::Cluster;
use cluster::real::RealCluster;
use config::{Config, TokenPlace};
use db::Db;

/// Runs until SIGTERM or Ctrl-C, and returns when nothing of it runs any more.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let db = Db::open(&config.database).await.context("open the database")?;
    let cluster = Arc::new(RealCluster::connect(&config).await?);
    let token = match &config.token {
        TokenPlace::Secret { namespace, name } => cluster.api_token(namespace, name, &token::mint()).await?,
        TokenPlace::File(file) => token::token_in_file(file, &token::mint())?,
    };
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("listen on {} (LISTEN_ADDR)", config.listen))?;
    tracing::info!(listen = %config.listen, base_domain = %config.base_domain, "the provisioner starts");
    let app = http::App {
        db: db.clone(),
        cluster: cluster.clone(),
        config: Arc::new(config.clone()),
        token: http::ApiToken::new(&token),
    };
    let server = tokio::spawn(http::serve(listener, app, stopped.clone()));
    let worker = tokio::spawn(work(db.clone(), cluster.clone(), config, stopped));
    terminated().await?;
    tracing::info!("stopping: nothing new is begun, and what runs may end");
    stop.send_replace(true);
    worker.await.context("the worker ended badly")?;
    cluster.rest().await;
    server.await.context("the server ended badly")?.context("serve")?;
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The worker begins when the first look can be trusted; requests are answered before that.
async fn work(db: Db, cluster: Arc<RealCluster>, config: Config, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        () = cluster.ready() => {}
        _ = stopped.wait_for(|stopped| *stopped) => return,
    }
    tracing::info!("the cluster is listed; the worker begins");
    let settings = worker::Settings {
        workers: config.workers,
        lease: config.lease,
        deadline: config.ready_deadline,
        grace: config.shutdown_grace,
        sweep: config.orphans.sweep,
        orphan_grace: config.orphans.grace,
        ..worker::Settings::new(config.identity.pod)
    };
    let cluster: Arc<dyn Cluster> = cluster;
    worker::run(db, cluster, settings, stopped).await;
}

async fn terminated() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted.context("listen for Ctrl-C"),
    }
}
