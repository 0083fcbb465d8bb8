//! The first administrator: made with a code that only the operator can ask for, once.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rand::RngExt;
use store_api::{FieldError, Problem, SessionView, Setup, SetupCode, SetupView};
use uuid::Uuid;

use super::parse::Fields;
use super::problem::Refused;
use super::{App, auth, create, password, session, views};
use crate::db::{NewAccount, SetupError};

/// Without what is read as something else: 0 and O, 1 and I and L, U and V.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 16 of 30 are 78 bits, for an hour.
const LENGTH: usize = 16;

/// Whether the first administrator is still to be made
#[utoipa::path(get, path = "/setup", operation_id = "setupShow", tag = "accounts",
    responses(
        (status = 200, body = SetupView),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show(State(app): State<App>) -> Result<Json<SetupView>, Refused> {
    Ok(Json(SetupView { needed: app.db.setup_needed().await? }))
}

/// The code that makes the first administrator
///
/// A new one each time; the ones before it are void. Only while there is no account.
#[utoipa::path(post, path = "/setup/code", operation_id = "setupCode", tag = "accounts",
    responses(
        (status = 201, description = "Shown this once.", body = SetupCode),
        (status = 409, description = "There is an account already.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn code(State(app): State<App>) -> Result<(StatusCode, Json<SetupCode>), Refused> {
    let code: Vec<u8> = {
        let mut rng = rand::rng();
        (0..LENGTH).map(|_| LETTERS[rng.random_range(..LETTERS.len())]).collect()
    };
    let groups: Vec<String> = code.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let code = groups.join("-");
    let expires_ms = app.db.setup_code_put(&auth::hash(&plain(&code))).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(SetupCode { code, expires_at: views::time(expires_ms) })))
}

/// Make the first administrator
///
/// With the code; who does is signed in.
#[utoipa::path(post, path = "/setup", operation_id = "setup", tag = "accounts", request_body = Setup,
    responses(
        (status = 201, description = "Signed in; the cookie is the session.", body = SessionView),
        (status = 409, description = "There is an account already.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is refused.", body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn setup(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    if !app.db.setup_needed().await? {
        return Err(refused(SetupError::Done));
    }
    app.tries.at_set_up()?;
    let mut fields = Fields::from_json(&headers, body)?;
    let code = fields.required("code", |text| Ok(plain(text)));
    let email = fields.required("email", create::email);
    let of = email.clone().unwrap_or_default();
    let password = fields.required("password", |text| password::parse(text, &of));
    fields.end(&["code", "email", "password"])?;
    let (Some(code), Some(email), Some(password)) = (code, email, password) else {
        return Err(Refused::internal("parse a set-up", &"a missing field was not noted"));
    };
    let account = NewAccount {
        id: Uuid::now_v7().to_string(),
        email: email.to_lowercase(),
        role: store_api::Role::Admin,
        password_hash: app.turns.hash(password).await?,
    };
    app.db.setup(&auth::hash(&code), &account).await.map_err(refused)?;
    let account = app.db.account_find(&account.id).await?.ok_or(sqlx::Error::RowNotFound)?;
    session::begin(&app, &account, None).await
}

/// As it is compared: a person may type it in any way.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).take(64).collect()
}

fn refused(error: SetupError) -> Refused {
    match error {
        SetupError::Done => {
            let detail = "there is an account already; sign in, or have an administrator make you one";
            Refused::conflict("already-set-up", "Set up already", detail)
        }
        SetupError::WrongCode => Refused::fields(vec![FieldError {
            field: "code".to_owned(),
            message: "is not the code, or has expired; `storectl setup` prints a new one".to_owned(),
        }]),
        SetupError::Db(error) => error.into(),
    }
}
