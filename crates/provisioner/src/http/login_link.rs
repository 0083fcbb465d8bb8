use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use secrecy::ExposeSecret;
use store_api::{LoginLink, Problem};
use store_model::Phase;

use super::auth::Caller;
use super::problem::Refused;
use super::{App, ask, stores};
use crate::cluster;

/// A link that logs into the store's admin
///
/// It works once, within a minute, for whoever opens it. That it was made is an event of the store.
#[utoipa::path(
    post, path = "/stores/{store}/login-link", operation_id = "storeLoginLink", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 201, description = "Open it in a browser.", body = LoginLink),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The store is not ready (`not-ready`), or has no such door (`no-login-link`): log in with its credentials.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The cluster does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(store): Path<String>,
) -> Result<(StatusCode, Json<LoginLink>), Refused> {
    let store = stores::find(&app, &store).await?.store;
    let spec = store.engine.spec();
    if spec.login_path.is_none() {
        return Err(none(format!("{} has no log-in by a link; use the credentials", spec.title)));
    }
    if store.phase != Phase::Ready {
        let detail = format!("the store is {}; there is something to log into once it is ready", store.phase.as_str());
        return Err(Refused::conflict("not-ready", "The store is not ready", detail));
    }
    let asked = app.cluster.login_link(&store);
    let Some(link) = ask::cluster(&store, "sign a log-in link", asked, none).await? else {
        let detail = "the store was made before there were log-in links and has no key for them; use the credentials";
        return Err(none(detail.to_owned()));
    };
    let cluster::LoginLink { path, expires_at } = link;
    // First the record, then the link: what was given without a trace cannot be taken back.
    app.db.login_link_made(&store.id, &caller.name).await?;
    let url = format!("{}{}", app.config.store_url(&store.host), path.expose_secret());
    Ok((StatusCode::CREATED, Json(LoginLink { url, expires_at })))
}

fn none(detail: String) -> Refused {
    Refused::conflict("no-login-link", "No log-in link", detail)
}
