use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use rand::distr::{Alphanumeric, SampleString};
use store_api::{CreateToken, CreatedToken, Problem, Role, TokenList, TokenView};

use super::auth::{By, Caller};
use super::parse::{Fields, word};
use super::problem::Refused;
use super::{App, auth, views};
use crate::db::{NewToken, TokenRow};

const NAME_MAX: usize = 60;
const DAYS_MAX: u32 = 365;
const ID_LENGTH: usize = 12;
/// 43 of 62 characters are 256 bits.
const SECRET_LENGTH: usize = 43;

/// Tokens for programs
///
/// One's own; an administrator sees everybody's. Expired ones too, until they are revoked.
#[utoipa::path(get, path = "/tokens", operation_id = "tokenList", tag = "accounts",
    responses((status = 200, body = TokenList)))]
pub async fn list(State(app): State<App>, Extension(caller): Extension<Caller>) -> Result<Json<TokenList>, Refused> {
    let items = app.db.token_list(within(&caller).as_deref()).await?.into_iter().map(view).collect();
    Ok(Json(TokenList { items }))
}

/// Make a token
///
/// Its text is in this answer and never again.
#[utoipa::path(post, path = "/tokens", operation_id = "tokenCreate", tag = "accounts", request_body = CreateToken,
    responses(
        (status = 201, description = "Made; `token` is shown this once.", body = CreatedToken),
        (status = 403, description = "The scope is above one's own role.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<CreatedToken>), Refused> {
    let mut fields = Fields::from_json(&headers, body)?;
    let name = fields.required("name", |text| match text.trim() {
        name if (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control) => {
            Ok(name.to_owned())
        }
        _ => Err(format!("must be 1 to {NAME_MAX} characters in one line")),
    });
    let role = fields.required("scope", |text| word(text, &Role::ALL, Role::as_str));
    let days = fields.required_number("expiresInDays", 1, DAYS_MAX);
    fields.end(&["name", "scope", "expiresInDays"])?;
    let (Some(name), Some(role), Some(days)) = (name, role, days) else {
        return Err(Refused::internal("parse a token", &"a missing field was not noted"));
    };
    if role > caller.role {
        let detail = format!("a token of yours can be {} at most", caller.role.as_str());
        return Err(Refused::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail));
    }
    let id = Alphanumeric.sample_string(&mut rand::rng(), ID_LENGTH);
    let token = format!("sp_{id}_{}", Alphanumeric.sample_string(&mut rand::rng(), SECRET_LENGTH));
    let (account, created_by) = (account(&caller), caller.name);
    let new = NewToken { id, hash: auth::hash(&token), name, role, account, created_by, days };
    let row = app.db.token_create(&new).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { token, view: view(row) })))
}

/// Revoke a token
#[utoipa::path(delete, path = "/tokens/{token}", operation_id = "tokenDelete", tag = "accounts",
    params(("token" = String, Path, description = "Its id.")),
    responses(
        (status = 204, description = "It works no more."),
        (status = 404, description = "There is no such token.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(token): Path<String>,
) -> Result<StatusCode, Refused> {
    let within = match &caller.by {
        By::Token { id, .. } if *id == token => None,
        By::Token { .. } => return Err(auth::not_by_token()),
        By::Platform | By::Session { .. } => within(&caller),
    };
    if app.db.token_delete(&token, within.as_deref(), &caller.name).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let detail = "there is no such token; GET /api/v1/tokens lists those there are";
    Err(Refused::new(StatusCode::NOT_FOUND, "no-such-token", "No such token", detail))
}

/// Whose tokens somebody may see and revoke; `None`: everybody's.
fn within(caller: &Caller) -> Option<String> {
    match caller.role {
        Role::Admin => None,
        // A viewer without an account has none of their own.
        Role::Viewer => Some(account(caller).unwrap_or_else(|| "nobody".to_owned())),
    }
}

fn account(caller: &Caller) -> Option<String> {
    match &caller.by {
        By::Platform => None,
        By::Token { account, .. } => account.clone(),
        By::Session { account, .. } => Some(account.id.clone()),
    }
}

fn view(row: TokenRow) -> TokenView {
    let TokenRow { id, hash: _, name, role, account: _, created_by, created_at_ms, expires_at_ms, last_used_ms } = row;
    TokenView {
        id,
        name,
        scope: role,
        created_by,
        created_at: views::time(created_at_ms),
        expires_at: views::time(expires_at_ms),
        last_used_at: last_used_ms.map(views::time),
    }
}
