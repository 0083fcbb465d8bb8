//! Pages for when there is none: not found, away, refused. Every answer of 400 and more that is not designed yet becomes
//! one of them, whoever refused.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Frame, page};
use crate::backend::Fault;
use crate::shop::Shop;

/// A restarted Medusa needs about ten seconds.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");
/// Not a <meta>: a page that is there never reloads itself.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Marks an answer that is a page of its own already.
#[derive(Clone, Copy)]
pub struct Designed;

/// Why a page can't be shown.
#[derive(Debug)]
pub enum Trouble {
    Lost,
    /// A form that our own pages can't have sent.
    Bad,
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        match fault {
            Fault::Unknown => Trouble::Lost,
            fault @ (Fault::Away(_) | Fault::Refused { .. }) => Trouble::Fault(fault),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Trouble::Lost => StatusCode::NOT_FOUND.into_response(),
            Trouble::Bad => StatusCode::BAD_REQUEST.into_response(),
            // Of a refusal nothing but its owner knows the cure: the customer can only come back.
            Trouble::Fault(fault) => {
                tracing::error!(%fault, "no page without the backend");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame<'a>,
    title: &'a str,
    hint: &'a str,
    /// Where to try again, for a page that may be back soon.
    again: Option<String>,
}

/// Puts a page where there is only a status.
pub async fn design(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let method = request.method().clone();
    let place = request.uri().path_and_query().map_or("/", |place| place.as_str()).to_owned();
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<Designed>().is_some() {
        return response;
    }
    let t = shop.texts;
    let read = method == Method::GET || method == Method::HEAD;
    let (title, hint, again) = match status {
        StatusCode::NOT_FOUND => (t.lost, t.lost_hint, None),
        _ if status.is_server_error() => {
            (t.closed, t.closed_hint, Some(if read { place } else { "/basket".to_owned() }))
        }
        _ => (t.refused, t.refused_hint, None),
    };
    let is_closed = again.is_some();
    let mut designed = page(status, &ProblemPage { frame: Frame::new(&shop, &headers), title, hint, again });
    let headers = designed.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_closed {
        headers.insert(RETRY_AFTER, RETRY_SECONDS);
    }
    if is_closed && read {
        headers.insert(REFRESH, RETRY_SECONDS);
    }
    designed
}
