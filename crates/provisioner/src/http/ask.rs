//! What only the cluster knows, asked of it while a caller waits.

use std::time::Duration;

use axum::http::StatusCode;
use store_model::Store;

use super::problem::Refused;
use crate::cluster::{Retry, StepError};

/// A few reads; an API server that needs longer is in trouble.
const ANSWER: Duration = Duration::from_secs(10);

/// `never` is told what asking again will not change.
pub async fn cluster<T>(
    store: &Store,
    what: &'static str,
    asked: impl Future<Output = Result<T, StepError>>,
    never: impl FnOnce(String) -> Refused,
) -> Result<T, Refused> {
    match tokio::time::timeout(ANSWER, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, store = %store.id, "{what}");
            Err(match error.retry {
                Retry::Later => away(),
                Retry::Never => never(error.reason.detail),
            })
        }
        Err(_) => Err(away()),
    }
}

/// Where nothing more can be said of it.
pub fn refused(detail: String) -> Refused {
    Refused::conflict("cluster-refused", "The cluster refuses", detail)
}

fn away() -> Refused {
    let detail = "the cluster does not answer; try again in a moment";
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "cluster-away", "The cluster is away", detail).retry_after(5)
}
