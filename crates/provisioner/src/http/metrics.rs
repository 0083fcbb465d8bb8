//! What Prometheus reads. Counters are written where things happen; how many stores there are is asked at the scrape.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store_api::Problem;
use store_model::Phase;
use store_model::orphans::Orphan;

use super::App;
use super::problem::Refused;

/// From a list out of SQLite to a request that waited for a database that is away.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Makes this process count. A second call changes nothing.
pub fn install() {
    HANDLE.get_or_init(|| {
        let built = PrometheusBuilder::new().set_buckets(&SECONDS).map(PrometheusBuilder::install_recorder);
        match built {
            Ok(Ok(handle)) => Some(handle),
            Ok(Err(error)) | Err(error) => {
                tracing::error!(%error, "install the metrics recorder");
                None
            }
        }
    });
}

/// Metrics in Prometheus' text format
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "health",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn scrape(State(app): State<App>) -> Result<String, Refused> {
    let handle = HANDLE.get().and_then(Option::as_ref).ok_or_else(|| Refused::internal("scrape", &"no recorder"))?;
    let counts = app.db.phase_counts().await?;
    let orphans = app.db.orphan_counts().await?;
    let (blocked, longest) = app.db.deletions_blocked().await?;
    // Nothing is waited for from here on: two that ask at once don't mix their numbers.
    for phase in Phase::ALL {
        let count = counts.iter().find(|(counted, _)| *counted == phase).map_or(0, |(_, count)| *count);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("store_platform_stores", "phase" => phase.as_str()).set(f64::from(count));
    }
    for kind in Orphan::ALL {
        let count = orphans.iter().find(|(counted, _)| *counted == kind).map_or(0, |(_, count)| *count);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("store_platform_orphans", "kind" => kind.as_str()).set(f64::from(count));
    }
    metrics::gauge!("store_platform_deletions_blocked").set(f64::from(u32::try_from(blocked).unwrap_or(u32::MAX)));
    metrics::gauge!("store_platform_deletion_blocked_seconds").set(longest.as_secs_f64());
    handle.run_upkeep();
    Ok(handle.render())
}

pub fn answered(method: &Method, route: &str, status: StatusCode, seconds: f64) {
    let labels = [("method", method.to_string()), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
    metrics::counter!("store_platform_http_requests_total", &labels).increment(1);
    metrics::histogram!("store_platform_http_seconds", &labels).record(seconds);
}
