//! One product: its pictures, its variants with price and stock, and the button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use super::basket::Notice;
use super::problem::Trouble;
use super::{Frame, page};
use crate::backend::wire::{Product, Variant};
use crate::money::Prices;
use crate::shop::Shop;
use crate::texts::Texts;

/// From here on down the page says how many there are.
const FEW: i64 = 5;
pub const LARGEST_QUANTITY: u64 = 999;

#[derive(Deserialize)]
pub struct Asked {
    notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    frame: Frame<'a>,
    handle: String,
    title: String,
    subtitle: String,
    paragraphs: Vec<String>,
    pictures: Vec<String>,
    /// What tells the variants apart: "Size", "Size, Colour".
    legend: String,
    choices: Vec<Choice>,
    for_sale: bool,
    most: u64,
    notice: Option<&'static str>,
}

struct Choice {
    id: String,
    title: String,
    price: Option<String>,
    for_sale: bool,
    stock: String,
    checked: bool,
}

/// A product's address.
pub fn path(handle: &str) -> String {
    let mut url = Url::parse("http://shop/products/").ok();
    // The URL's own rules say what must be escaped.
    if let Some(Ok(mut segments)) = url.as_mut().map(Url::path_segments_mut) {
        segments.pop_if_empty().push(handle);
    }
    url.map_or_else(|| "/".to_owned(), |url| url.path().to_owned())
}

pub async fn get(
    State(shop): State<Arc<Shop>>,
    Path(handle): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let here = shop.here().await?;
    let country = here.home.as_deref().unwrap_or_default();
    let product = shop.backend.product(&here.region, country, &handle).await?;
    let notice = asked.notice.map(|notice| notice.text(shop.texts));
    let frame = Frame::new(&shop, &headers);
    Ok(page(StatusCode::OK, &described(frame, product, &shop.prices(&here.region.currency_code), notice)))
}

fn described<'a>(frame: Frame<'a>, product: Product, prices: &Prices, notice: Option<&'static str>) -> ProductPage<'a> {
    let Product { title, handle, subtitle, description, thumbnail, images, options, variants } = product;
    let mut pictures: Vec<String> = images.into_iter().map(|picture| picture.url).collect();
    if pictures.is_empty() {
        pictures.extend(thumbnail);
    }
    let first = variants.iter().position(Variant::is_for_sale);
    let lefts = variants.iter().filter(|variant| variant.is_for_sale()).map(Variant::left);
    let most = lefts.map(|left| left.map_or(LARGEST_QUANTITY, i64::unsigned_abs)).max().unwrap_or(1);
    let t = frame.t;
    ProductPage {
        handle,
        title,
        subtitle: subtitle.unwrap_or_default(),
        paragraphs: paragraphs(&description.unwrap_or_default()),
        pictures,
        legend: options.into_iter().map(|option| option.title).collect::<Vec<_>>().join(", "),
        for_sale: first.is_some(),
        most: most.min(LARGEST_QUANTITY),
        choices: variants
            .into_iter()
            .enumerate()
            .map(|(index, variant)| choice(variant, prices, t, first == Some(index)))
            .collect(),
        notice,
        frame,
    }
}

fn choice(variant: Variant, prices: &Prices, t: &Texts, checked: bool) -> Choice {
    let stock = match variant.left() {
        _ if variant.price().is_none() => t.no_price.to_owned(),
        Some(0) => t.sold_out.to_owned(),
        Some(left) if left <= FEW => (t.few_left)(left),
        Some(_) | None => t.in_stock.to_owned(),
    };
    Choice {
        price: variant.price().map(|amount| prices.show(amount)),
        for_sale: variant.is_for_sale(),
        stock,
        checked,
        title: variant.title.unwrap_or_default(),
        id: variant.id,
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(|each| each.trim().to_owned()).filter(|each| !each.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_one_segment_whatever_is_in_it() {
        assert_eq!(path("linen-tote-bag"), "/products/linen-tote-bag");
        assert_eq!(path("größe 1/2?x"), "/products/gr%C3%B6%C3%9Fe%201%2F2%3Fx");
    }

    #[test]
    fn a_description_keeps_its_paragraphs() {
        assert_eq!(paragraphs("One.\n\n Two.\n\n\n"), ["One.", "Two."]);
        assert!(paragraphs("").is_empty());
    }
}
