//! What the platform says of itself: orphans, sweeps, the audit chain; and how a lost database is made again.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use store_api::{Adopt, AdoptionOutcome, AdoptionReport, AdoptionView, AuditView, DoctorReport, Problem, SweepView};
use store_model::StoreId;
use tokio::sync::broadcast::error::RecvError;

use super::auth::Caller;
use super::parse::Fields;
use super::problem::Refused;
use super::{App, views};
use crate::adopt::{AdoptError, Outcome};
use crate::cluster::{Retry, StepError};
use crate::db::Adopted;

/// A sweep is two reads and a write; a client gives up after 30 s.
const SWEEP_ANSWER: Duration = Duration::from_secs(20);

/// What is wrong
///
/// As the last sweep saw it: what is in the cluster without a living store, and the other way round, each with its cure.
#[utoipa::path(
    get, path = "/doctor", operation_id = "doctor", tag = "doctor",
    responses(
        (status = 200, body = DoctorReport),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(State(app): State<App>) -> Result<Json<DoctorReport>, Refused> {
    report(&app).await.map(Json)
}

/// Look now
///
/// Waits for a sweep that begins after this, and answers with what it saw. Two sightings are two, however near.
#[utoipa::path(
    post, path = "/doctor/sweep", operation_id = "doctorSweep", tag = "doctor",
    responses(
        (status = 200, body = DoctorReport),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "No sweep ended in time: the cluster is not seen yet, or no worker runs.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sweep(State(app): State<App>) -> Result<Json<DoctorReport>, Refused> {
    let mut bell = app.db.bell().subscribe();
    let asked = app.db.sweep_ask().await?;
    let swept = async {
        while app.db.sweep_state().await?.answered < asked {
            if matches!(bell.recv().await, Err(RecvError::Closed)) {
                break;
            }
        }
        Ok::<_, Refused>(())
    };
    match tokio::time::timeout(SWEEP_ANSWER, swept).await {
        Ok(swept) => swept?,
        Err(_) => {
            let detail = "no sweep ended in time: the cluster is not seen yet, or no worker runs";
            let refused = Refused::new(StatusCode::SERVICE_UNAVAILABLE, "no-sweep", "No sweep yet", detail);
            return Err(refused.retry_after(5));
        }
    }
    report(&app).await.map(Json)
}

/// Make lost rows again
///
/// For stores that are in the cluster and not in the database, from what their namespaces say of them: the same id, host
/// and owner. What runs is proved again and not touched. Asking twice makes none twice. One namespace, when it is named:
/// then also the store's own under another UID, as after a cluster was put back from a backup.
#[utoipa::path(
    post, path = "/doctor/adopt", operation_id = "doctorAdopt", tag = "doctor",
    request_body = Adopt,
    responses(
        (status = 200, description = "What was adopted, and what was not and why.", body = AdoptionReport),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The namespace is none of a store's.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn adopt(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AdoptionReport>, Refused> {
    let mut fields = Fields::from_json(&headers, body)?;
    let named = fields.optional("namespace", |text| {
        let id = text.strip_prefix("store-").and_then(|id| StoreId::parse(id).ok());
        id.ok_or_else(|| "must be the namespace of a store, e.g. store-s0123456789a".to_owned())
    });
    fields.end(&["namespace"])?;
    let outcomes = crate::adopt::adopt(&app.db, app.cluster.as_ref(), named.as_ref(), &caller.name).await;
    let outcomes = outcomes.map_err(|error| match error {
        AdoptError::Cluster(error) => cluster_away(&error),
        AdoptError::Db(error) => error.into(),
    })?;
    Ok(Json(AdoptionReport { items: outcomes.into_iter().map(outcome).collect() }))
}

fn outcome(outcome: Outcome) -> AdoptionView {
    let Outcome { store, name, adopted } = outcome;
    let (outcome, phase, why) = match adopted {
        Adopted::Made(phase) => (AdoptionOutcome::Adopted, Some(phase), None),
        Adopted::Known => (AdoptionOutcome::Known, None, None),
        Adopted::Refused(why) => (AdoptionOutcome::Refused, None, Some(why)),
    };
    AdoptionView { namespace: store.namespace(), store_id: store.to_string(), name, outcome, phase, why }
}

async fn report(app: &App) -> Result<DoctorReport, Refused> {
    let state = app.db.sweep_state().await?;
    let orphans = app.db.orphans().await?;
    let removed = app.db.orphans_removed().await?;
    let audited = app.db.audit_verify().await?;
    let times = app.config.orphans;
    Ok(DoctorReport {
        sweep: SweepView {
            at: state.ended_ms.map(views::time),
            age_seconds: state.age.map(|age| age.as_secs()),
            every_seconds: times.sweep.as_secs(),
            grace_seconds: times.grace.as_secs(),
        },
        orphans: orphans.into_iter().map(|row| views::orphan(row, times.grace)).collect(),
        removed: removed.into_iter().map(views::removed).collect(),
        audit: AuditView { rows: audited.rows, intact: audited.broken_at.is_none(), broken_at: audited.broken_at },
    })
}

fn cluster_away(error: &StepError) -> Refused {
    tracing::warn!(%error, "look for stores without a row");
    let detail = match error.retry {
        Retry::Later => "the cluster is not seen yet; try again in a moment",
        Retry::Never => "the cluster cannot be seen; the provisioner's log says why",
    };
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "cluster-away", "The cluster is away", detail).retry_after(5)
}
