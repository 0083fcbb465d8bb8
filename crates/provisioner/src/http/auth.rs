//! Who asks: by the platform's own token, by an API token, or by a session's cookie.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store_api::Role;
use subtle::ConstantTimeEq;

use super::policy::{self, Policy};
use super::problem::Refused;
use super::{App, cookie, origin, revoke};
use crate::db::AccountRow;

/// The token's hash: whoever reads this process's memory or a core dump finds no token that works.
#[derive(Clone)]
pub struct ApiToken {
    hash: [u8; 32],
}

/// Who asks, and what they may do.
#[derive(Clone, Debug)]
pub struct Caller {
    /// As it stands in `createdBy`, in events and in the audit.
    pub name: String,
    pub role: Role,
    pub expires_at_ms: Option<i64>,
    pub by: By,
}

#[derive(Clone, Debug)]
pub enum By {
    /// The platform's own token.
    Platform,
    /// A token, of an account unless it was made with the platform's own.
    Token {
        id: String,
        account: Option<String>,
    },
    Session {
        account: AccountRow,
        hash: String,
    },
}

impl ApiToken {
    pub fn new(token: &SecretString) -> ApiToken {
        ApiToken { hash: Sha256::digest(token.expose_secret().as_bytes()).into() }
    }

    /// In constant time, on hashes: how long it takes says nothing about the token.
    fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        self.hash.ct_eq(&given).into()
    }
}

/// In front of every route: finds out who asks, and whether they may.
pub async fn authorize(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Refused> {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let (wanted, in_person) = match policy::of(request.method(), path) {
        Some(Policy::Open) => return Ok(next.run(request).await),
        Some(Policy::Role(role)) => (role, false),
        Some(Policy::Person(role)) => (role, true),
        // Another method than the address knows: it is answered as such, and does nothing.
        None if !policy::all().any(|(_, known, _)| known == path) => {
            return Err(Refused::internal("authorize", &format!("{} {path} has no policy", request.method())));
        }
        None => return Ok(next.run(request).await),
    };
    let caller = match bearer(request.headers()) {
        Some(token) => by_token(&app, token).await?,
        None => by_session(&app, request.method(), request.headers()).await?,
    };
    if in_person && matches!(caller.by, By::Token { .. }) {
        return Err(not_by_token());
    }
    if caller.role < wanted {
        let detail =
            format!("this takes the role {}, and {} has {}", wanted.as_str(), caller.name, caller.role.as_str());
        return Err(Refused::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail));
    }
    let by = caller.by.clone();
    request.extensions_mut().insert(caller);
    Ok(revoke::while_allowed(next.run(request).await, app, by, wanted))
}

async fn by_token(app: &App, given: &str) -> Result<Caller, Refused> {
    if app.token.is(given) {
        return Ok(Caller { name: "api-token".to_owned(), role: Role::Admin, expires_at_ms: None, by: By::Platform });
    }
    let unknown = || refused("the token is not known here, or has expired", r#", error="invalid_token""#);
    let (id, _) = given.strip_prefix("sp_").and_then(|rest| rest.split_once('_')).ok_or_else(unknown)?;
    let token = app.db.token_find(id).await?.ok_or_else(unknown)?;
    let right: bool = token.hash.as_bytes().ct_eq(hash(given).as_bytes()).into();
    if !right {
        return Err(unknown());
    }
    app.db.token_used(&token.id).await?;
    Ok(Caller {
        name: token.created_by,
        role: token.role,
        expires_at_ms: Some(token.expires_at_ms),
        by: By::Token { id: token.id, account: token.account },
    })
}

async fn by_session(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller, Refused> {
    let cookie = cookie::read(headers, cookie::SESSION)
        .ok_or_else(|| refused("sign in, or send 'Authorization: Bearer <token>'", ""))?;
    origin::same(method, headers)?;
    let hash = hash(&cookie);
    let session = app.db.session_use(&hash).await?;
    let session = session.ok_or_else(|| refused("the session has ended; sign in again", ""))?;
    Ok(Caller {
        name: session.account.email.clone(),
        role: session.account.role,
        expires_at_ms: Some(session.expires_at_ms),
        by: By::Session { account: session.account, hash },
    })
}

/// A higher scope would not help.
pub fn not_by_token() -> Refused {
    let detail = "an API token neither makes, lists nor revokes tokens, itself apart, nor changes accounts; sign in to the \
                  dashboard with a browser to do so";
    Refused::new(StatusCode::FORBIDDEN, "not-by-token", "Not with an API token", detail)
}

/// As it is kept of what is too long to be guessed.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn refused(what: &str, error: &'static str) -> Refused {
    let detail = format!("{what}; the platform's own token is in the Secret named in its installation notes");
    let challenge = HeaderValue::from_str(&format!(r#"Bearer realm="store-platform"{error}"#));
    Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", "Not authorized", detail)
        .header(header::WWW_AUTHENTICATE, challenge.unwrap_or(HeaderValue::from_static("Bearer")))
}
