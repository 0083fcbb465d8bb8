//! The API: parse, authorize, call the database, answer. Nothing here waits for a cluster.

mod auth;
mod create;
mod credentials;
mod doctor;
mod engines;
mod events;
mod finish;
mod health;
mod iso;
mod limit;
pub mod metrics;
mod openapi;
mod parse;
mod problem;
pub mod starting;
mod stores;
mod views;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use auth::ApiToken;

use crate::cluster::Cluster;
use crate::config::Config;
use crate::db::Db;

/// What every request may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub cluster: Arc<dyn Cluster>,
    pub config: Arc<Config>,
    pub token: ApiToken,
}

/// A create with every field at its longest is under 2 KB. A single value of 64 KB still gets its field named.
const BODY_LIMIT: usize = 80 << 10;

/// The whole API on one screen. `closing` turning true ends the streams of events, so that a shutdown need not wait
/// for their readers.
pub fn router(app: App, closing: watch::Receiver<bool>) -> Router {
    let (routes, _) = routes().split_for_parts();
    let limits = limit::Limits::default();
    metrics::install();
    routes
        .route_layer(middleware::from_fn_with_state(limits, limit::limit))
        .route_layer(middleware::from_fn_with_state(app.token.clone(), auth::require_token))
        .merge(open_routes().split_for_parts().0)
        .fallback(finish::not_found)
        .method_not_allowed_fallback(finish::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(finish::finish))
        .layer(axum::Extension(events::Closing(closing)))
        .with_state(app)
}

/// Behind the token.
fn routes() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(stores::list, stores::create))
        .routes(routes!(stores::view, stores::delete))
        .routes(routes!(stores::retry))
        .routes(routes!(events::events))
        .routes(routes!(credentials::show))
        .routes(routes!(engines::list))
        .routes(routes!(doctor::show))
        .routes(routes!(doctor::sweep))
        .routes(routes!(doctor::adopt));
    OpenApiRouter::with_openapi(openapi::document()).nest(store_api::API_PREFIX, v1)
}

/// For probes, scrapers and readers of the specification: nothing of any store is in them.
fn open_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::scrape))
        .nest(store_api::API_PREFIX, OpenApiRouter::new().routes(routes!(openapi::show)))
}

/// The specification of the routes above, as `docs/openapi.json` holds it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    document.merge(open_routes().into_openapi());
    openapi::sign(document)
}

/// Serves until `closing` turns true and the requests under way are answered.
pub async fn serve(listener: TcpListener, app: App, closing: watch::Receiver<bool>) -> std::io::Result<()> {
    let mut closed = closing.clone();
    axum::serve(listener, router(app, closing))
        .with_graceful_shutdown(async move {
            // An error says that the sender is gone: then too there is nothing to serve for.
            let _gone = closed.wait_for(|closing| *closing).await;
        })
        .await
}
