//! Thanks: number, items and total of an order, for the browser that placed it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::basket::{Row, Sums, rows, sums_of};
use super::problem::Trouble;
use super::{Frame, page};
use crate::backend::wire::{Address, Order};
use crate::cookies::Orders;
use crate::locale::Country;
use crate::shop::Shop;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    frame: Frame<'a>,
    /// For programs that order as a browser does: only they and the browser that placed it get to see it.
    id: String,
    display_id: u64,
    number: String,
    email: String,
    address: Vec<String>,
    ships_by: String,
    lines: Vec<Row>,
    sums: Sums,
}

pub async fn get(
    State(shop): State<Arc<Shop>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let number: u64 = number.parse().map_err(|_| Trouble::Lost)?;
    let orders = Orders::read(&headers);
    let order = shop.backend.order(orders.id_of(number).ok_or(Trouble::Lost)?).await?;
    // The number beside the id is the browser's word.
    if order.display_id != number {
        return Err(Trouble::Lost);
    }
    let prices = shop.prices(&order.currency_code);
    let Order { id, display_id, email, currency_code: _, items, totals, shipping_address, shipping_methods } = order;
    let thanks = OrderPage {
        frame: Frame::new(&shop, &headers),
        id,
        display_id,
        number: (shop.texts.order_number)(display_id),
        email: email.unwrap_or_default(),
        address: shipping_address.map(|address| written(address, shop.texts)).unwrap_or_default(),
        ships_by: shipping_methods.into_iter().filter_map(|method| method.name).collect::<Vec<_>>().join(", "),
        lines: rows(&items, &prices),
        sums: sums_of(&totals, &prices),
    };
    let mut response = page(StatusCode::OK, &thanks);
    // A name and an address: not even this browser's own cache.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Line by line, as on a parcel.
fn written(address: Address, t: &Texts) -> Vec<String> {
    let Address { first_name, last_name, address_1, address_2, postal_code, city, province, country_code, phone: _ } =
        address;
    let joined = |parts: &[Option<String>]| {
        parts.iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let country = country_code.as_deref().and_then(Country::parse).map(|country| country.name(t));
    let lines = [
        joined(&[first_name, last_name]),
        joined(&[address_1]),
        joined(&[address_2]),
        joined(&[postal_code, city]),
        joined(&[province]),
        joined(&[country]),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;

    #[test]
    fn an_address_has_no_empty_lines() {
        let address: Address = serde_json::from_value(serde_json::json!({
            "first_name": "Ada", "last_name": "Lovelace", "address_1": "Hauptstraße 1", "address_2": "", "postal_code": "10115",
            "city": "Berlin", "province": null, "country_code": "de"
        }))
        .unwrap();
        assert_eq!(written(address, &texts::EN), ["Ada Lovelace", "Hauptstraße 1", "10115 Berlin", "Germany"]);
    }
}
