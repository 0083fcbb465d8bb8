use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::Refused;

/// The token's hash: whoever reads this process's memory or a core dump finds no token that works.
#[derive(Clone)]
pub struct ApiToken {
    hash: [u8; 32],
}

/// Who asks, as it stands in `createdBy` and in events. There is one token so far, and so one name.
#[derive(Clone, Debug)]
pub struct Caller(pub String);

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

pub async fn require_token(
    State(token): State<ApiToken>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let given = bearer(&request).ok_or_else(|| refused("send 'Authorization: Bearer <token>'", ""))?;
    if !token.is(given) {
        return Err(refused("the token is not the platform's", r#", error="invalid_token""#));
    }
    request.extensions_mut().insert(Caller("api-token".to_owned()));
    Ok(next.run(request).await)
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn refused(what: &str, error: &'static str) -> Refused {
    let detail = format!("{what}; the platform keeps it in the Secret named in its installation notes");
    let challenge = HeaderValue::from_str(&format!(r#"Bearer realm="store-platform"{error}"#));
    Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", "Not authorized", detail)
        .header(header::WWW_AUTHENTICATE, challenge.unwrap_or(HeaderValue::from_static("Bearer")))
}
