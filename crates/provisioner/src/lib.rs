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

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use cluster::Cluster;
use cluster::real::RealCluster;
use config::{Config, TokenPlace};
use db::Db;

/// Between two tries to reach the API server.
const START_AGAIN: Duration = Duration::from_secs(2);

/// Runs until SIGTERM or Ctrl-C, and returns when nothing of it runs any more.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let mut terminated = pin!(terminated());
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("listen on {} (LISTEN_ADDR)", config.listen))?;
    let (listener, early) = twice(listener)?;
    let (started, waiting) = watch::channel(false);
    let early = tokio::spawn(http::starting::serve(early, waiting));
    let (db, cluster, token) = tokio::select! {
        started = start(&config) => started?,
        terminated = &mut terminated => return terminated,
    };
    started.send_replace(true);
    early.await.context("the server ended badly")?.context("serve while starting")?;

    let (stop, stopped) = watch::channel(false);
    tracing::info!(listen = %config.listen, base_domain = %config.base_domain, "the provisioner starts");
    let token = http::ApiToken::new(&token);
    let app = http::App::new(db.clone(), cluster.clone(), config.clone(), token);
    let server = tokio::spawn(http::serve(listener, app, stopped.clone()));
    let worker = tokio::spawn(work(db.clone(), cluster.clone(), config, stopped));
    terminated.await?;
    tracing::info!("stopping: nothing new is begun, and what runs may end");
    stop.send_replace(true);
    worker.await.context("the worker ended badly")?;
    cluster.rest().await;
    server.await.context("the server ended badly")?.context("serve")?;
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What everything else needs. A database or an API server that is away is waited for.
async fn start(config: &Config) -> anyhow::Result<(Db, Arc<RealCluster>, SecretString)> {
    let pod = config.identity.pod_is_named.then_some(config.identity.pod.as_str());
    let db = Db::open_when_there(&config.database, pod).await.context("open the database")?;
    let cluster = Arc::new(RealCluster::connect(config).await?);
    let token = loop {
        match &config.token {
            TokenPlace::File(file) => break token::token_in_file(file, &token::mint())?,
            TokenPlace::Secret { namespace, name } => match cluster.api_token(namespace, name, &token::mint()).await {
                Ok(token) => break token,
                Err(error) => tracing::warn!(error = format!("{error:#}"), "read the API token: trying again"),
            },
        }
        tokio::time::sleep(START_AGAIN).await;
    };
    Ok((db, cluster, token))
}

/// One door for two servers, one after the other: nobody is turned away in between.
fn twice(listener: TcpListener) -> anyhow::Result<(TcpListener, TcpListener)> {
    let listener = listener.into_std().context("share the listening socket")?;
    let other = listener.try_clone().context("share the listening socket")?;
    Ok((TcpListener::from_std(listener)?, TcpListener::from_std(other)?))
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
