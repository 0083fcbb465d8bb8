use axum::Json;
use axum::extract::{Path, State};
use store_api::{ComponentList, ComponentView, Problem};
use store_model::Phase;

use super::problem::Refused;
use super::{App, ask, stores};
use crate::cluster::ComponentSeen;

/// The programs of a store
///
/// As the engine names them, and what else has run for the store; each has a log. Of a deleted store: none.
#[utoipa::path(
    get, path = "/stores/{store}/components", operation_id = "storeComponents", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 200, body = ComponentList),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The cluster lets nobody look.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The cluster does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(State(app): State<App>, Path(store): Path<String>) -> Result<Json<ComponentList>, Refused> {
    let store = stores::find(&app, &store).await?.store;
    if store.phase == Phase::Deleted {
        return Ok(Json(ComponentList { items: Vec::new() }));
    }
    let asked = app.cluster.components(&store);
    let seen = ask::cluster(&store, "look at the store's programs", asked, ask::refused).await?;
    Ok(Json(ComponentList { items: seen.into_iter().map(view).collect() }))
}

fn view(seen: ComponentSeen) -> ComponentView {
    let ComponentSeen { name, title, ready, restarts } = seen;
    ComponentView { name: name.to_owned(), title: title.to_owned(), ready, restarts }
}
