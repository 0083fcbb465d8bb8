use axum::extract::{Path, State};
use axum::{Extension, Json};
use secrecy::ExposeSecret;
use store_api::{CredentialsView, KeyView, Problem};
use store_model::{Phase, Stage, StageState};

use super::auth::Caller;
use super::problem::Refused;
use super::{App, ask, stores, views};
use crate::cluster::{Credentials, Key};
use crate::db::StoreRow;

/// What the owner logs in with
///
/// Read from the cluster at this moment; the platform's database holds none of it. That it was shown is an event of
/// the store.
#[utoipa::path(
    get, path = "/stores/{store}/credentials", operation_id = "storeCredentials", tag = "stores",
    params(("store" = String, Path, description = "Id or name.")),
    responses(
        (status = 200, body = CredentialsView),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "They are not made yet, or gone.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The cluster does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(store): Path<String>,
) -> Result<Json<CredentialsView>, Refused> {
    let row = stores::find(&app, &store).await?;
    there_are_some(&row)?;
    let none = |detail| Refused::conflict("no-credentials", "No credentials", detail);
    let asked = app.cluster.credentials(&row.store);
    let credentials = ask::cluster(&row.store, "read credentials", asked, none).await?;
    // First the record, then the secret: what was shown without a trace cannot be unseen.
    app.db.credentials_shown(&row.store.id, &caller.name).await?;
    let Credentials { admin_user, admin_password, keys } = credentials;
    let key = |Key { name, title, value }: Key| KeyView {
        name: name.to_owned(),
        title: title.to_owned(),
        value: value.expose_secret().to_owned(),
    };
    Ok(Json(CredentialsView {
        store_id: row.store.id.to_string(),
        admin_url: views::admin_url(&app.config.store_url(&row.store.host), row.store.engine),
        admin_user,
        admin_password: admin_password.expose_secret().to_owned(),
        keys: keys.into_iter().map(key).collect(),
    }))
}

fn there_are_some(row: &StoreRow) -> Result<(), Refused> {
    if matches!(row.store.phase, Phase::Deleting | Phase::Deleted) {
        let detail = "the store is deleted or being deleted, and its credentials with it";
        return Err(Refused::conflict("no-credentials", "No credentials", detail));
    }
    let made = row.stages.iter().any(|row| row.stage == Stage::Credentials && row.state == StageState::Done);
    if made {
        return Ok(());
    }
    let detail = "the credentials are not made yet; ask again when the step 'credentials' is done";
    Err(Refused::conflict("no-credentials", "No credentials", detail).retry_after(2))
}
