//! While the database or the API server has not answered yet: the process is alive, and not ready for anything.

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{finish, health};
use crate::http::problem::Refused;

/// Between two tries to reach them, about.
const AGAIN_SECONDS: u64 = 3;

/// Serves until `started` turns true.
pub async fn serve(listener: TcpListener, mut started: watch::Receiver<bool>) -> std::io::Result<()> {
    let router = Router::new()
        .route("/health/live", get(health::live))
        .fallback(async || {
            let detail = "the platform starts: its database or its cluster has not answered yet; its log says which";
            Refused::new(StatusCode::SERVICE_UNAVAILABLE, "starting", "Starting", detail).retry_after(AGAIN_SECONDS)
        })
        .layer(middleware::from_fn(finish::finish));
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            // An error says that the sender is gone: the start has failed, and there is nothing to serve for.
            let _gone = started.wait_for(|started| *started).await;
        })
        .await
}
