//! WooCommerce's answers, as far as the proof reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Mood, NEVER, Shared};

const PRODUCT: u64 = 7;
const SKU: &str = "store-platform-proof";
const STOCK: i64 = 1000;

#[derive(Clone, Debug)]
pub struct Shop {
    pub stock: i64,
    /// The customer's e-mail and the status of each order that is there.
    pub orders: BTreeMap<u64, (String, String)>,
    /// How many were ever placed.
    pub placed: u64,
    pub calls: u64,
}

impl Default for Shop {
    fn default() -> Shop {
        Shop { stock: STOCK, orders: BTreeMap::new(), placed: 0, calls: 0 }
    }
}

/// The host's shop in its mood: what it does to the shop is the answer, if it is in a mood to answer.
async fn at(shared: &Shared, headers: &HeaderMap, act: impl FnOnce(&mut Shop, Mood) -> Response) -> Response {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let host = host.split(':').next().unwrap_or_default().to_owned();
    let mood = {
        let mut state = shared.state();
        let mood = state.moods.get(&host).copied().unwrap_or_default();
        let shop = state.shops.entry(host).or_default();
        shop.calls += 1;
        match mood {
            Mood::Sells | Mood::Forgets => return act(shop, mood),
            Mood::Broken | Mood::Hangs => mood,
        }
    };
    if mood == Mood::Hangs {
        tokio::time::sleep(NEVER).await;
    }
    let body = json!({"code": "internal_server_error", "message": "the till was told to fail"});
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

type Till = State<Arc<Shared>>;

pub(super) async fn cart(State(shared): Till, headers: HeaderMap) -> Response {
    let token = (HeaderName::from_static("cart-token"), "one-guest");
    at(&shared, &headers, |_, _| ([token], Json(json!({"items": []}))).into_response()).await
}

pub(super) async fn checkout(State(shared): Till, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    at(&shared, &headers, |shop, mood| {
        let email = body.pointer("/billing_address/email").and_then(Value::as_str).unwrap_or_default().to_owned();
        shop.placed += 1;
        let id = 100 + shop.placed;
        shop.orders.insert(id, (email, "processing".to_owned()));
        if mood != Mood::Forgets {
            shop.stock -= 1;
        }
        Json(json!({"order_id": id, "order_number": id.to_string(), "order_key": format!("wc_order_{id}")}))
            .into_response()
    })
    .await
}

pub(super) async fn confirmation(State(shared): Till, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    at(&shared, &headers, |shop, _| match shop.orders.get(&id) {
        Some((_, status)) => Json(json!({
            "id": id, "status": status, "items": [{"name": "Proof", "quantity": 1}],
            "totals": {"total_price": "1100", "currency_code": "EUR", "currency_minor_unit": 2},
        }))
        .into_response(),
        None => unknown(),
    })
    .await
}

pub(super) async fn orders(State(shared): Till, headers: HeaderMap) -> Response {
    at(&shared, &headers, |shop, _| {
        Json(shop.orders.iter().map(|(id, order)| wire(*id, order)).collect::<Vec<_>>()).into_response()
    })
    .await
}

pub(super) async fn order(State(shared): Till, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    at(&shared, &headers, |shop, _| match shop.orders.get(&id) {
        Some(order) => Json(wire(id, order)).into_response(),
        None => unknown(),
    })
    .await
}

pub(super) async fn cancel(State(shared): Till, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    at(&shared, &headers, |shop, _| {
        let Some(order) = shop.orders.get_mut(&id) else { return unknown() };
        if order.1 != "cancelled" {
            shop.stock += 1;
        }
        "cancelled".clone_into(&mut order.1);
        Json(wire(id, order)).into_response()
    })
    .await
}

pub(super) async fn remove(State(shared): Till, headers: HeaderMap, Path(id): Path<u64>) -> Response {
    at(&shared, &headers, |shop, _| match shop.orders.remove(&id) {
        Some(order) => Json(wire(id, &order)).into_response(),
        None => unknown(),
    })
    .await
}

pub(super) async fn products(State(shared): Till, headers: HeaderMap) -> Response {
    at(&shared, &headers, |shop, _| {
        let stock = shop.stock;
        let product =
            json!({"id": PRODUCT, "name": "Proof", "sku": SKU, "manage_stock": true, "stock_quantity": stock});
        Json(json!([product])).into_response()
    })
    .await
}

fn wire(id: u64, (email, status): &(String, String)) -> Value {
    json!({
        "id": id, "number": id.to_string(), "status": status, "total": "11.00", "currency": "EUR",
        "billing": {"email": email},
    })
}

fn unknown() -> Response {
    let body = json!({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}
