use axum::extract::State;
use axum::http::StatusCode;
use store_api::Problem;

use super::App;
use super::problem::Refused;

/// Whether the process runs
///
/// Asks nothing else: restarting it would not bring a database back.
#[utoipa::path(get, path = "/health/live", operation_id = "healthLive", tag = "health",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn live() -> &'static str {
    "live\n"
}

/// Whether requests can be answered: the database is there
#[utoipa::path(get, path = "/health/ready", operation_id = "healthReady", tag = "health",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn ready(State(app): State<App>) -> Result<(StatusCode, &'static str), Refused> {
    app.db.ping().await?;
    Ok((StatusCode::OK, "ready\n"))
}
