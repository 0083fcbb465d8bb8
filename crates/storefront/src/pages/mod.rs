//! The pages. A form's answer is a redirect, so that going back and reloading repeat nothing; only a form with errors is
//! shown again at once.

mod basket;
mod checkout;
mod entries;
mod list;
mod order;
mod placing;
pub mod problem;
mod product;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::assets;
use crate::cookies::Basket;
use crate::shop::Shop;
use crate::texts::Texts;
use problem::{Designed, Trouble};

pub fn router() -> Router<Arc<Shop>> {
    Router::new()
        .route("/", get(list::get))
        .route("/products/{handle}", get(product::get))
        .route("/basket", get(basket::get))
        .route("/basket/items", post(basket::add))
        .route("/basket/items/{line}", post(basket::set))
        .route("/basket/items/{line}/remove", post(basket::remove))
        .route("/checkout", get(checkout::get).post(checkout::place))
        .route("/checkout/update", post(checkout::update))
        .route("/orders/{number}", get(order::get))
        .fallback(|| async { Trouble::Lost })
}

/// What surrounds every page.
struct Frame<'a> {
    t: &'static Texts,
    shop: &'a str,
    count: u64,
    basket_label: String,
    style: &'static str,
    icon: &'static str,
    font: &'static str,
}

impl<'a> Frame<'a> {
    fn new(shop: &'a Shop, headers: &HeaderMap) -> Frame<'a> {
        Frame::with_count(shop, Basket::read(headers).map_or(0, |basket| basket.count))
    }

    fn with_count(shop: &'a Shop, count: u64) -> Frame<'a> {
        let [style, icon, font] = [&assets::STYLE, &assets::ICON, &assets::LATIN].map(|asset| asset.path.as_str());
        let t = shop.texts;
        Frame { t, shop: &shop.config.title, count, basket_label: (t.basket_holds)(count), style, icon, font }
    }
}

/// A page, never kept by anybody between: it shows one customer's basket.
fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
            let mut response = (status, headers, html).into_response();
            response.extensions_mut().insert(Designed);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// 303: whatever was posted, the next is a GET.
fn see(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => (StatusCode::SEE_OTHER, [(LOCATION, path), (CACHE_CONTROL, HeaderValue::from_static("no-store"))])
            .into_response(),
        Err(_) => Trouble::Lost.into_response(),
    }
}
