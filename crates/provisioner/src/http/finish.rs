//! The outermost layer: a request's id, its line in the log, and the body of every refusal.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use store_api::Problem;
use tracing::Instrument;
use uuid::Uuid;

use super::metrics;
use super::problem::Refused;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub async fn finish(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    // The pattern and not the path: a log or a metric must not grow with what callers make up.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, route);
    let started = Instant::now();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        span.in_scope(|| Refused::internal("answer a request", &"the code panicked")).into_response()
    });

    let seconds = started.elapsed().as_secs_f64();
    let status = response.status();
    metrics::answered(&method, &route, status, seconds);
    span.in_scope(|| tracing::debug!(status = status.as_u16(), seconds, "answered"));

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        write_problem(&mut response, problem, &id);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Shops' pages are of the same site: none of them gets an answer into its own process by calling it an image.
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    // Credentials are among the answers, and a phase of a second ago is none.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

pub async fn not_found(uri: Uri) -> Refused {
    let shown: String = uri.path().chars().take(100).collect();
    let detail = format!("there is nothing at {shown}; the API is described at /api/v1/openapi.json");
    Refused::new(StatusCode::NOT_FOUND, "no-such-route", "No such route", detail)
}

pub async fn method_not_allowed(method: Method) -> Refused {
    let detail = format!("{method} is not for this address; the Allow header names what is");
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed", detail)
}

fn write_problem(response: &mut Response, mut problem: Problem, id: &str) {
    problem.request_id = Some(id.to_owned());
    // A problem is plain strings and numbers: it always serialises.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    *response.body_mut() = Body::from(body);
}
