use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use store_api::{AccountList, AccountView, ChangeAccount, CreateAccount, Problem, Role};
use uuid::Uuid;

use super::auth::Caller;
use super::parse::{Fields, word};
use super::problem::Refused;
use super::{App, create, password, views};
use crate::db::{AccountError, AccountRow, NewAccount};

/// Who can sign in
#[utoipa::path(get, path = "/accounts", operation_id = "accountList", tag = "accounts",
    responses((status = 200, body = AccountList)))]
pub async fn list(State(app): State<App>) -> Result<Json<AccountList>, Refused> {
    let items = app.db.account_list().await?.into_iter().map(view).collect();
    Ok(Json(AccountList { items }))
}

/// Make an account
#[utoipa::path(post, path = "/accounts", operation_id = "accountCreate", tag = "accounts", request_body = CreateAccount,
    responses(
        (status = 201, description = "Made.", body = AccountView),
        (status = 409, description = "There is one with this address.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AccountView>), Refused> {
    let mut fields = Fields::from_json(&headers, body)?;
    let email = fields.required("email", create::email);
    let role = fields.required("role", |text| word(text, &Role::ALL, Role::as_str));
    let of = email.clone().unwrap_or_default();
    let password = fields.required("password", |text| password::parse(text, &of));
    fields.end(&["email", "role", "password"])?;
    let (Some(email), Some(role), Some(password)) = (email, role, password) else {
        return Err(Refused::internal("parse an account", &"a missing field was not noted"));
    };
    let account = NewAccount {
        id: Uuid::now_v7().to_string(),
        email: email.to_lowercase(),
        role,
        password_hash: app.turns.hash(password).await?,
    };
    let row = app.db.account_create(&account, &caller.name).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(view(row))))
}

/// Change an account's role
///
/// At once, for whoever is signed in with it, and for its tokens: none of them may do more than its account. Those that were
/// made for more may do it again when the account does.
#[utoipa::path(patch, path = "/accounts/{account}", operation_id = "accountChange", tag = "accounts",
    request_body = ChangeAccount, params(("account" = String, Path, description = "Its id.")),
    responses(
        (status = 200, description = "Changed, or so already.", body = AccountView),
        (status = 404, description = "There is no such account.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is the last administrator.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AccountView>, Refused> {
    let mut fields = Fields::from_json(&headers, body)?;
    let role = fields.required("role", |text| word(text, &Role::ALL, Role::as_str));
    fields.end(&["role"])?;
    let Some(role) = role else {
        return Err(Refused::internal("parse a role", &"a missing field was not noted"));
    };
    let row = app.db.account_role_put(&account, role, &caller.name).await.map_err(refused)?;
    Ok(Json(view(row)))
}

/// Remove an account
///
/// With its sessions and tokens. The stores that it made stay.
#[utoipa::path(delete, path = "/accounts/{account}", operation_id = "accountDelete", tag = "accounts",
    params(("account" = String, Path, description = "Its id.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, description = "There is no such account.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is the last administrator.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
) -> Result<StatusCode, Refused> {
    app.db.account_delete(&account, &caller.name).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: AccountError) -> Refused {
    match error {
        AccountError::EmailTaken => {
            Refused::conflict("email-taken", "Address taken", "there is an account with this e-mail address already")
        }
        AccountError::NotFound => Refused::new(
            StatusCode::NOT_FOUND,
            "no-such-account",
            "No such account",
            "there is no such account; GET /api/v1/accounts lists those there are",
        ),
        AccountError::LastAdmin => {
            let detail = "it is the last administrator; make another one first";
            Refused::conflict("last-admin", "The last administrator", detail)
        }
        AccountError::Db(error) => error.into(),
    }
}

fn view(row: AccountRow) -> AccountView {
    let AccountRow { id, email, role, password_hash: _, created_at_ms, last_sign_in_ms } = row;
    AccountView {
        id,
        email,
        role,
        created_at: views::time(created_at_ms),
        last_sign_in_at: last_sign_in_ms.map(views::time),
    }
}
