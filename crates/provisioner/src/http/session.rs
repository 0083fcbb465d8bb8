use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rand::distr::{Alphanumeric, SampleString};
use store_api::{ChangePassword, FieldError, Problem, SessionView, SignIn, SignedIn};

use super::auth::{By, Caller};
use super::parse::Fields;
use super::problem::Refused;
use super::{App, auth, cookie, create, origin, password, views};
use crate::db::AccountRow;

/// 43 of 62 characters are 256 bits.
const LENGTH: usize = 43;
/// The browser forgets neither sooner than the database does.
const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
const DEVICE_SECONDS: i64 = 180 * 24 * 60 * 60;

/// Sign in
#[utoipa::path(post, path = "/session", operation_id = "sessionCreate", tag = "accounts", request_body = SignIn,
    responses(
        (status = 201, description = "Signed in; the cookie is the session.", body = SessionView),
        (status = 401, description = "No account with this address and password.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "A browser sent this from another site.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries; `Retry-After` says when to go on.", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    // Else another site could sign its visitor in, as somebody else.
    origin::same(&axum::http::Method::POST, &headers).or_else(|refused| match headers.get("sec-fetch-site") {
        None if !headers.contains_key(header::ORIGIN) => Ok(()),
        _ => Err(refused),
    })?;
    let mut fields = Fields::from_json(&headers, body)?;
    let email = fields.required("email", |text| match text.trim() {
        email if email.len() <= create::EMAIL_MAX => Ok(email.to_lowercase()),
        _ => Err(format!("must be at most {} bytes long", create::EMAIL_MAX)),
    });
    let given = fields.required("password", password::given);
    fields.end(&["email", "password"])?;
    let (Some(email), Some(given)) = (email, given) else {
        return Err(Refused::internal("parse a sign-in", &"a missing field was not noted"));
    };
    let device = known_device(&app, &headers, &email).await?;
    match &device {
        Some(device) => app.tries.known(&auth::hash(device))?,
        None => app.tries.at_address(&email)?,
    }
    let account = app.db.account_by_email(&email).await?;
    let right = app.turns.is(given, account.as_ref().map(|account| account.password_hash.clone())).await?;
    match account {
        Some(account) if right => begin(&app, &account, device).await,
        _ => {
            let detail = "there is no account with this e-mail address and this password";
            Err(Refused::new(StatusCode::UNAUTHORIZED, "wrong-credentials", "Not signed in", detail))
        }
    }
}

/// The cookie of a browser that has signed in to this address before.
async fn known_device(app: &App, headers: &HeaderMap, email: &str) -> Result<Option<String>, Refused> {
    let Some(device) = cookie::read(headers, cookie::DEVICE) else { return Ok(None) };
    let known = app.db.device_is_known(&auth::hash(&device), email).await?;
    Ok(known.then_some(device))
}

/// A new session and its cookie, and that of a browser that has signed in, unless it has one.
pub async fn begin(app: &App, account: &AccountRow, device: Option<String>) -> Result<Response, Refused> {
    let random = || Alphanumeric.sample_string(&mut rand::rng(), LENGTH);
    let (session, device) = (random(), device.unwrap_or_else(random));
    let expires_at_ms = app.db.session_create(account, &auth::hash(&session), &auth::hash(&device)).await?;
    let view = SessionView {
        account: Some(SignedIn { id: account.id.clone(), email: account.email.clone() }),
        name: account.email.clone(),
        role: account.role,
        expires_at: Some(views::time(expires_at_ms)),
        event_cursor: app.db.events_now().await?,
    };
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    // Letters and digits always fit into a header.
    let cookies =
        [cookie::set(cookie::SESSION, &session, SESSION_SECONDS), cookie::set(cookie::DEVICE, &device, DEVICE_SECONDS)];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Who asks
#[utoipa::path(get, path = "/session", operation_id = "sessionShow", tag = "accounts",
    responses((status = 200, body = SessionView)))]
pub async fn show(State(app): State<App>, Extension(caller): Extension<Caller>) -> Result<Json<SessionView>, Refused> {
    let Caller { name, role, expires_at_ms, by } = caller;
    let account = match by {
        By::Session { account, .. } => Some(SignedIn { id: account.id, email: account.email }),
        By::Platform | By::Token { .. } => None,
    };
    let (expires_at, event_cursor) = (expires_at_ms.map(views::time), app.db.events_now().await?);
    Ok(Json(SessionView { account, name, role, expires_at, event_cursor }))
}

/// Sign out
///
/// Here; other browsers stay signed in.
#[utoipa::path(delete, path = "/session", operation_id = "sessionDelete", tag = "accounts",
    responses((status = 204, description = "Signed out.")))]
pub async fn delete(State(app): State<App>, Extension(caller): Extension<Caller>) -> Result<Response, Refused> {
    if let By::Session { hash, .. } = &caller.by {
        app.db.session_end(hash).await?;
    }
    Ok(signed_out())
}

/// Sign out everywhere
#[utoipa::path(delete, path = "/sessions", operation_id = "sessionDeleteAll", tag = "accounts",
    responses(
        (status = 204, description = "Every session of this account has ended."),
        (status = 409, description = "A token has no sessions.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn delete_all(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (account, _) = signed_in(&caller)?;
    app.db.sessions_end(account, device_hash(&headers).as_deref()).await?;
    Ok(signed_out())
}

/// Change one's password
///
/// Every other session of the account ends.
#[utoipa::path(put, path = "/session/password", operation_id = "passwordChange", tag = "accounts",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed."),
        (status = 409, description = "A token has no password.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn change_password(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refused> {
    let (account, session) = signed_in(&caller)?;
    let mut fields = Fields::from_json(&headers, body)?;
    let current = fields.required("current", password::given);
    let new = fields.required("new", |text| password::parse(text, &account.email));
    fields.end(&["current", "new"])?;
    let (Some(current), Some(new)) = (current, new) else {
        return Err(Refused::internal("parse a change of password", &"a missing field was not noted"));
    };
    app.tries.known(session)?;
    if !app.turns.is(current, Some(account.password_hash.clone())).await? {
        let message = "is not your password".to_owned();
        return Err(Refused::fields(vec![FieldError { field: "current".to_owned(), message }]));
    }
    let hash = app.turns.hash(new).await?;
    app.db.password_put(account, &hash, session, device_hash(&headers).as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn device_hash(headers: &HeaderMap) -> Option<String> {
    cookie::read(headers, cookie::DEVICE).map(|device| auth::hash(&device))
}

fn signed_in(caller: &Caller) -> Result<(&AccountRow, &str), Refused> {
    match &caller.by {
        By::Session { account, hash } => Ok((account, hash)),
        By::Platform | By::Token { .. } => {
            let detail = "a token has neither password nor sessions; sign in to change them";
            Err(Refused::conflict("no-session", "Not a session", detail))
        }
    }
}

fn signed_out() -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear())]).into_response()
}
