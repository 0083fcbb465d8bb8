//! The basket: Medusa's cart, whose id this browser keeps.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::problem::Trouble;
use super::product::{self, LARGEST_QUANTITY};
use super::{Frame, checkout, page, see};
use crate::backend::Fault;
use crate::backend::wire::{Cart, Line, Totals};
use crate::cookies::Basket;
use crate::id::Id;
use crate::money::Prices;
use crate::shop::Shop;
use crate::texts::Texts;

/// What the page that a form leads to has to say about it. In its address, so that nothing is kept for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    Stock,
    Gone,
    Quantity,
}

impl Notice {
    pub fn text(self, t: &Texts) -> &'static str {
        match self {
            Notice::Stock => t.notice_stock,
            Notice::Gone => t.notice_gone,
            Notice::Quantity => t.notice_quantity,
        }
    }

    fn query(self) -> &'static str {
        match self {
            Notice::Stock => "?notice=stock",
            Notice::Gone => "?notice=gone",
            Notice::Quantity => "?notice=quantity",
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "basket.html")]
struct BasketPage<'a> {
    frame: Frame<'a>,
    lines: Vec<Item>,
    sums: Sums,
    notice: Option<&'static str>,
}

/// A line with its forms; buttons that look alike are told apart by their names.
struct Item {
    row: Row,
    quantity_label: String,
    update_label: String,
    remove_label: String,
}

/// One line of a basket or an order.
pub struct Row {
    pub id: String,
    pub href: Option<String>,
    pub title: String,
    /// Empty where the product has one variant only, named as such.
    pub variant: String,
    pub picture: Option<String>,
    pub quantity: u64,
    pub each: String,
    pub total: String,
}

/// The sums below them. Empty where there is nothing to say.
#[derive(Default)]
pub struct Sums {
    pub goods: String,
    pub shipping: String,
    pub discount: String,
    pub tax: String,
    pub total: String,
}

pub async fn get(
    State(shop): State<Arc<Shop>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let notice = asked.notice.map(|notice| notice.text(shop.texts));
    let cart = known_cart(&shop, &headers).await?;
    if let Some(cart) = cart.as_ref().filter(|cart| cart.completed_at.is_some()) {
        return checkout::lost_and_found(&shop, &headers, cart).await;
    }
    let Some(cart) = cart.filter(|cart| !cart.items.is_empty()) else {
        let empty = BasketPage { frame: Frame::with_count(&shop, 0), lines: Vec::new(), sums: Sums::default(), notice };
        let mut response = page(StatusCode::OK, &empty);
        if Basket::read(&headers).is_some() {
            shop.jar().drop_basket(response.headers_mut());
        }
        return Ok(response);
    };
    let prices = shop.prices(&cart.currency_code);
    let frame = Frame::with_count(&shop, cart.count());
    let mut sums = sums_of(&cart.totals, &prices);
    if cart.shipping().is_none() {
        sums.shipping.clear();
    }
    let lines = rows(&cart.items, &prices).into_iter().map(|row| item(row, shop.texts)).collect();
    let mut response = page(StatusCode::OK, &BasketPage { frame, lines, sums, notice });
    keep(&shop, &mut response, &cart);
    Ok(response)
}

#[derive(Deserialize)]
pub struct Added {
    variant: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    product: String,
}

pub async fn add(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(added): Form<Added>,
) -> Result<Response, Trouble> {
    let back = |notice: Notice| see(&format!("{}{}", product::path(&added.product), notice.query()));
    let variant = Id::parse(&added.variant).ok_or(Trouble::Bad)?;
    let Some(quantity) = quantity(&added.quantity) else { return Ok(back(Notice::Quantity)) };
    let line = json!({"variant_id": variant.as_str(), "quantity": quantity});
    let cart = match Basket::read(&headers) {
        Some(basket) => match shop.backend.line_add(&basket.cart, &line).await {
            // Gone, or an order by now: a new basket.
            Err(Fault::Unknown | Fault::Refused { .. }) if open_cart(&shop, &headers).await?.is_none() => {
                first(&shop, &line).await
            }
            answer => answer,
        },
        None => first(&shop, &line).await,
    };
    match cart {
        Ok(cart) => {
            let mut response = see("/basket");
            keep(&shop, &mut response, &cart);
            Ok(response)
        }
        Err(fault) if fault.is_stock() => Ok(back(Notice::Stock)),
        Err(Fault::Unknown | Fault::Refused { .. }) => Ok(back(Notice::Gone)),
        Err(fault @ Fault::Away(_)) => Err(fault.into()),
    }
}

async fn first(shop: &Shop, line: &serde_json::Value) -> Result<Cart, Fault> {
    let here = shop.here().await?;
    shop.backend.cart_create(&here.region, here.home.as_deref(), line).await
}

#[derive(Deserialize)]
pub struct Changed {
    quantity: String,
}

pub async fn set(
    State(shop): State<Arc<Shop>>,
    Path(line): Path<String>,
    headers: HeaderMap,
    Form(changed): Form<Changed>,
) -> Result<Response, Trouble> {
    let line = Id::parse(&line).ok_or(Trouble::Lost)?;
    let Some(basket) = Basket::read(&headers) else { return Ok(see("/basket")) };
    let answer = match changed.quantity.trim() {
        "0" => shop.backend.line_remove(&basket.cart, &line).await,
        text => match quantity(text) {
            Some(quantity) => shop.backend.line_set(&basket.cart, &line, quantity).await,
            None => return Ok(see(&format!("/basket{}", Notice::Quantity.query()))),
        },
    };
    changed_to(&shop, answer)
}

pub async fn remove(
    State(shop): State<Arc<Shop>>,
    Path(line): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let line = Id::parse(&line).ok_or(Trouble::Lost)?;
    let Some(basket) = Basket::read(&headers) else { return Ok(see("/basket")) };
    changed_to(&shop, shop.backend.line_remove(&basket.cart, &line).await)
}

fn changed_to(shop: &Shop, answer: Result<Cart, Fault>) -> Result<Response, Trouble> {
    match answer {
        Ok(cart) => {
            let mut response = see("/basket");
            keep(shop, &mut response, &cart);
            Ok(response)
        }
        Err(fault) if fault.is_stock() => Ok(see(&format!("/basket{}", Notice::Stock.query()))),
        // Removed twice, or ordered meanwhile: the basket's page shows what is.
        Err(Fault::Unknown | Fault::Refused { .. }) => Ok(see("/basket")),
        Err(fault @ Fault::Away(_)) => Err(fault.into()),
    }
}

/// The browser's cart, where it is still one: known to Medusa and not ordered.
pub async fn open_cart(shop: &Shop, headers: &HeaderMap) -> Result<Option<Cart>, Fault> {
    Ok(known_cart(shop, headers).await?.filter(|cart| cart.completed_at.is_none()))
}

async fn known_cart(shop: &Shop, headers: &HeaderMap) -> Result<Option<Cart>, Fault> {
    let Some(basket) = Basket::read(headers) else { return Ok(None) };
    match shop.backend.cart(&basket.cart).await {
        Ok(cart) => Ok(Some(cart)),
        Err(Fault::Unknown) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn item(row: Row, t: &Texts) -> Item {
    let name = if row.variant.is_empty() { row.title.clone() } else { format!("{}, {}", row.title, row.variant) };
    Item {
        quantity_label: (t.quantity_of)(&name),
        update_label: (t.update_of)(&name),
        remove_label: (t.remove_of)(&name),
        row,
    }
}

fn keep(shop: &Shop, response: &mut Response, cart: &Cart) {
    if let Some(id) = Id::parse(&cart.id) {
        shop.jar().keep_basket(response.headers_mut(), &Basket { cart: id, count: cart.count() });
    }
}

fn quantity(text: &str) -> Option<u64> {
    let text = text.trim();
    let number = if text.is_empty() { 1 } else { text.parse().ok()? };
    (1..=LARGEST_QUANTITY).contains(&number).then_some(number)
}

pub fn rows(lines: &[Line], prices: &Prices) -> Vec<Row> {
    let row = |line: &Line| Row {
        id: line.id.clone(),
        href: line.product_handle.as_deref().map(product::path),
        title: line.name().to_owned(),
        variant: line.variant_title.clone().unwrap_or_default(),
        picture: line.thumbnail.clone(),
        quantity: line.quantity,
        each: prices.show(&line.unit_price),
        total: prices.show(&line.total),
    };
    lines.iter().map(row).collect()
}

pub fn sums_of(totals: &Totals, prices: &Prices) -> Sums {
    let some = |amount: &serde_json::Number| {
        let is_nought = amount.as_f64().is_none_or(|amount| amount == 0.0);
        if is_nought { String::new() } else { prices.show(amount) }
    };
    Sums {
        goods: prices.show(&totals.item_total),
        shipping: prices.show(&totals.shipping_total),
        discount: some(&totals.discount_total),
        tax: some(&totals.tax_total),
        total: prices.show(&totals.total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_small_whole_number() {
        assert_eq!(quantity("2"), Some(2));
        assert_eq!(quantity(" 12 "), Some(12));
        assert_eq!(quantity(""), Some(1));
        for text in ["0", "-1", "1.5", "1000", "many", "1e2"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }
}
