//! The API: parse, authorize, call the database, answer. Nothing here waits for a cluster to do something; what only the
//! cluster knows (credentials, logs, usage) is asked of it, with a limit of time.

mod accounts;
mod ask;
mod auth;
mod components;
pub mod compress;
mod cookie;
mod create;
mod credentials;
mod doctor;
mod engines;
mod events;
mod finish;
mod health;
mod iso;
mod limit;
mod login_link;
mod logs;
pub mod metrics;
mod names;
mod openapi;
mod origin;
mod parse;
mod password;
pub mod policy;
mod problem;
mod readers;
mod revoke;
mod session;
mod setup;
pub mod starting;
mod stores;
mod tokens;
mod tries;
mod usage;
mod views;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use auth::ApiToken;
pub use password::Turns;
pub use tries::Tries;

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
    pub tries: Tries,
    pub turns: Turns,
    /// How long after a right is gone an open stream that takes it ends, at most.
    pub look_again: Duration,
}

impl App {
    pub fn new(db: Db, cluster: Arc<dyn Cluster>, config: Config, token: ApiToken) -> App {
        let (config, look_again) = (Arc::new(config), revoke::LOOK_AGAIN);
        App { db, cluster, config, token, tries: Tries::default(), turns: Turns::default(), look_again }
    }
}

/// A create with every field at its longest is under 2 KB. A single value of 64 KB still gets its field named.
const BODY_LIMIT: usize = 80 << 10;

/// The whole API on one screen. `closing` turning true ends the streams of events and logs, so that a shutdown need not wait
/// for their readers.
pub fn router(app: App, closing: watch::Receiver<bool>) -> Router {
    let (routes, _) = routes().split_for_parts();
    metrics::install();
    routes
        .route_layer(middleware::from_fn_with_state(limit::Limits::of_requests(), limit::limit))
        .route_layer(middleware::from_fn_with_state(app.clone(), auth::authorize))
        .route_layer(middleware::from_fn(parse::no_nul))
        .fallback(finish::not_found)
        .method_not_allowed_fallback(finish::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(compress::compress))
        .layer(middleware::from_fn(finish::finish))
        .layer(axum::Extension(events::Closing(closing)))
        .layer(axum::Extension(readers::Readers::default()))
        .with_state(app)
}

/// Who may ask which is in `policy.rs`.
fn routes() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(openapi::show))
        .routes(routes!(setup::show, setup::setup))
        .routes(routes!(setup::code))
        .routes(routes!(session::show, session::create, session::delete))
        .routes(routes!(session::delete_all))
        .routes(routes!(session::change_password))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::change, accounts::delete))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(names::show))
        .routes(routes!(events::of_all))
        .routes(routes!(stores::list, stores::create))
        .routes(routes!(stores::view, stores::delete))
        .routes(routes!(stores::retry))
        .routes(routes!(events::events))
        .routes(routes!(credentials::show))
        .routes(routes!(login_link::create))
        .routes(routes!(components::list))
        .routes(routes!(logs::read))
        .routes(routes!(usage::show))
        .routes(routes!(engines::list))
        .routes(routes!(doctor::show))
        .routes(routes!(doctor::sweep))
        .routes(routes!(doctor::adopt));
    OpenApiRouter::with_openapi(openapi::document())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::scrape))
        .nest(store_api::API_PREFIX, v1)
}

/// The specification of the routes above, as `docs/openapi.json` holds it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::sign(routes().into_openapi())
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
