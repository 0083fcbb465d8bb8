//! What holds for every page: who may post, what a browser may load, how large and how long a request may be, and one
//! line in the log for each, without a word about who it was.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::assets;
use crate::pages::problem;
use crate::shop::Shop;

/// An address and an e-mail: a form is smaller.
const LARGEST_FORM: usize = 16 << 10;
/// Envoy gives up after 15 s, with a page that is none.
const ANSWER_WITHIN: Duration = Duration::from_secs(14);

/// Pages with their guards, and beside them what asks no guard: health and assets.
pub fn around(pages: Router<Arc<Shop>>, shop: Arc<Shop>) -> anyhow::Result<Router> {
    let policy = policy(&shop.config.image_origins)?;
    // Browsers say where a form was sent from; who says nothing is no browser, and carries no one's cookies unasked.
    let csrf = CsrfLayer::new().add_trusted_origin(shop.config.public_origin())?;
    let pages = pages
        .layer(csrf)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        // Outside of all that can refuse: every refusal gets a page.
        .layer(from_fn_with_state(Arc::clone(&shop), problem::design));
    let router = Router::new()
        .route("/assets/{name}", get(assets::get))
        .route("/robots.txt", get("User-agent: *\nDisallow: /basket\nDisallow: /checkout\nDisallow: /orders\n"))
        .route("/health/live", get("live\n"))
        .route("/health/ready", get(ready))
        .merge(pages)
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new(assets::FONT_TYPE))),
        )
        .layer(middleware::map_response(move |response| std::future::ready(secured(response, &policy))))
        .layer(from_fn(logged));
    Ok(router.with_state(shop))
}

/// Nothing but our own style and pictures; no script at all.
fn policy(image_origins: &[String]) -> anyhow::Result<HeaderValue> {
    let images = [&["'self'".to_owned()], image_origins].concat().join(" ");
    let text = format!(
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src {images}; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    Ok(HeaderValue::from_str(&text)?)
}

fn secured(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: with that a browser sends `Origin: null` with the shop's own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn ready(State(shop): State<Arc<Shop>>) -> Response {
    match shop.backend.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n")).into_response(),
    }
}

/// The route as it is written here, not the address: no handle, no order, no query. Nobody's IP.
async fn logged(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("(none)".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    if route.starts_with("/health/") || route.starts_with("/assets/") {
        tracing::debug!(%method, route, status, ms, "answered");
    } else {
        tracing::info!(%method, route, status, ms, "answered");
    }
    response
}
