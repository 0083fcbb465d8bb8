use axum::Json;
use axum::extract::{Path, State};
use store_api::{ComponentUsage, Problem, UsageView, VolumeUsage};
use store_model::Phase;

use super::problem::Refused;
use super::{App, ask, stores};
use crate::cluster::{self, Usage};

/// What a store takes
///
/// Processor and memory of each program, as the cluster's metrics-server measured them last, beside their limits; and the
/// sizes of its volumes. Where nothing is measured `reason` says why.
#[utoipa::path(
    get, path = "/stores/{store}/usage", operation_id = "storeUsage", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 200, body = UsageView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The cluster lets nobody look.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The cluster does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(State(app): State<App>, Path(store): Path<String>) -> Result<Json<UsageView>, Refused> {
    let store = stores::find(&app, &store).await?.store;
    if store.phase == Phase::Deleted {
        let unmeasured = Some("the store is deleted".to_owned());
        return Ok(Json(view(Usage { unmeasured, ..Usage::default() })));
    }
    let asked = app.cluster.usage(&store);
    Ok(Json(view(ask::cluster(&store, "read what the store takes", asked, ask::refused).await?)))
}

fn view(usage: Usage) -> UsageView {
    let Usage { unmeasured, components, volumes } = usage;
    let component = |usage: cluster::ComponentUsage| {
        let cluster::ComponentUsage { name, cpu_millicores, cpu_limit_millicores, memory_bytes, memory_limit_bytes } =
            usage;
        let name = name.to_owned();
        ComponentUsage { name, cpu_millicores, cpu_limit_millicores, memory_bytes, memory_limit_bytes }
    };
    let volume = |usage: cluster::VolumeUsage| {
        let cluster::VolumeUsage { name, capacity_bytes, used_bytes } = usage;
        VolumeUsage { name, capacity_bytes, used_bytes }
    };
    UsageView {
        measured: unmeasured.is_none(),
        reason: unmeasured,
        components: components.into_iter().map(component).collect(),
        volumes: volumes.into_iter().map(volume).collect(),
    }
}
