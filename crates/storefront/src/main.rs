//! Starts the shop, and ends it without cutting anybody off.

use std::future::IntoFuture as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use storefront::config::Config;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Kubernetes kills after 30 s.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(25);

fn main() -> ExitCode {
    // The image's build asks this, to see that the program runs on its base.
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("storefront {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storefront: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    let config = Config::read(|name| std::env::var(name).ok())?;
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(config.log_level).with_target(false).init();
    // One thread: it waits for Medusa nearly all of its time, and each thread more would cost memory in every store.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<()> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listen on {}", config.listen))?;
    tracing::info!(address = %config.listen, country = config.country.lower(), lang = config.country.texts().lang, "listening");
    let router = storefront::router(config)?;
    let mut terminated = signal(SignalKind::terminate()).context("wait for SIGTERM")?;
    let mut interrupted = signal(SignalKind::interrupt()).context("wait for SIGINT")?;
    let (stop, mut stopping) = tokio::sync::watch::channel(());
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error says that the sender is gone, which is the same.
        let _changed = stopping.changed().await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        ended = &mut server => return ended.context("the server panicked")?.context("serve"),
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    tracing::info!("stopping");
    stop.send_replace(());
    match tokio::time::timeout(LAST_ANSWERS_WITHIN, server).await {
        Ok(ended) => ended.context("the server panicked")?.context("serve"),
        Err(_late) => {
            tracing::warn!("some requests were not answered in time");
            Ok(())
        }
    }
}
