use axum::Json;
use axum::extract::{Path, State};
use store_api::NameView;
use store_model::{HostName, StoreName};

use super::App;
use super::problem::Refused;

/// Whether a store could have this name
///
/// Now; only creating it takes it.
#[utoipa::path(get, path = "/names/{name}", operation_id = "nameShow", tag = "stores",
    params(("name" = String, Path, description = "As it would be sent in a create.")),
    responses((status = 200, body = NameView)))]
pub async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Json<NameView>, Refused> {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let no = |reason: String| NameView {
        name: shown.clone(),
        available: false,
        reason: Some(reason),
        host: None,
        url: None,
    };
    let parsed = match StoreName::parse(&name) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(Json(no(error.to_string()))),
    };
    let host = match HostName::of_store(&parsed, &app.config.base_domain) {
        Ok(host) => host,
        Err(error) => return Ok(Json(no(format!("makes a host that {error}")))),
    };
    let taken = app.db.store_find(parsed.as_str()).await?;
    let reason = taken.map(|row| match row.store.phase {
        store_model::Phase::Deleting => "is being freed: a store of this name is being deleted".to_owned(),
        _ => "is taken by another store".to_owned(),
    });
    Ok(Json(NameView {
        name: shown,
        available: reason.is_none(),
        reason,
        url: Some(app.config.store_url(&host)),
        host: Some(host.to_string()),
    }))
}
