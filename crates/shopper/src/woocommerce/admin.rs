//! The owner, by the REST API v3: Basic over https, a signed query over http.

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::guest;
use crate::dial::{Answer, Http, read, refused, send, send_any};
use crate::engine::Desk;
use crate::oauth::{self, Moment};
use crate::refusal::code;
use crate::{AdminKey, AdminOrder, AdminProduct, At, Order, Receipt, Refusal};

const API: &str = "/wp-json/wc/v3";

pub struct Admin {
    http: Http,
    key: SecretString,
    secret: SecretString,
}

impl Admin {
    pub fn new(http: Http, key: &AdminKey) -> Result<Admin, Refusal> {
        match key {
            AdminKey::Pair { key, secret } => Ok(Admin { http, key: key.clone(), secret: secret.clone() }),
            AdminKey::Secret(_) | AdminKey::Login { .. } => {
                Err(Refusal::ours(At::Door, code::OTHER_KEY, "WooCommerce's admin API asks for a key and its secret"))
            }
        }
    }

    fn request(&self, method: &Method, path: &str, query: &[(&str, String)]) -> RequestBuilder {
        let request = self.http.request(method.clone(), path);
        let (key, secret) = (self.key.expose_secret(), self.secret.expose_secret());
        let public = self.http.public_url(path);
        if public.scheme() == "https" {
            return request.query(query).basic_auth(key, Some(secret));
        }
        request.query(&oauth::signed(method.as_str(), &public, query, key, secret, &Moment::now()))
    }
}

#[async_trait]
impl Desk for Admin {
    async fn order_read(&self, id: &str) -> Result<Option<AdminOrder>, Refusal> {
        let answer = send_any(At::ReadBack, self.request(&Method::GET, &order_path(id), &[])).await?;
        if is_unknown_order(&answer) {
            return Ok(None);
        }
        if !answer.status.is_success() {
            return Err(refused(At::ReadBack, &answer));
        }
        Ok(Some(read::<WireOrder>(At::ReadBack, answer.body)?.into()))
    }

    async fn order_remove(&self, id: &str) -> Result<(), Refusal> {
        let path = order_path(id);
        let cancel = self.request(&Method::PUT, &path, &[]).json(&json!({"status": "cancelled"}));
        let answer = send_any(At::Removal, cancel).await?;
        if is_unknown_order(&answer) {
            return Ok(());
        }
        if !answer.status.is_success() {
            return Err(refused(At::Removal, &answer));
        }
        // Without `force` it would only go to the bin.
        send(At::Removal, self.request(&Method::DELETE, &path, &[("force", "true".to_owned())])).await?;
        Ok(())
    }

    async fn orders_of(&self, email: &str) -> Result<Vec<AdminOrder>, Refusal> {
        let query = [("search", email.to_owned()), ("per_page", "100".to_owned())];
        let answer = send(At::ReadBack, self.request(&Method::GET, &format!("{API}/orders"), &query)).await?;
        let orders: Vec<WireOrder> = read(At::ReadBack, answer.body)?;
        // The search looks into names and notes too.
        Ok(orders.into_iter().map(AdminOrder::from).filter(|order| order.email.eq_ignore_ascii_case(email)).collect())
    }

    async fn product_by_sku(&self, sku: &str) -> Result<Option<AdminProduct>, Refusal> {
        let query = [("sku", sku.to_owned())];
        let answer = send(At::Products, self.request(&Method::GET, &format!("{API}/products"), &query)).await?;
        let products: Vec<WireProduct> = read(At::Products, answer.body)?;
        Ok(products.into_iter().find(|product| product.sku == sku).map(AdminProduct::from))
    }

    /// The Store API sells the proof's product to everybody who knows its id.
    async fn buy_proof(&self, order: &Order) -> Result<Receipt, Refusal> {
        guest::buy(&self.http, order).await
    }
}

fn order_path(id: &str) -> String {
    format!("{API}/orders/{id}")
}

/// Not any 404 will do: an ingress that lost the route says 404 as well.
fn is_unknown_order(answer: &Answer) -> bool {
    let code = answer.body.get("code").and_then(Value::as_str);
    answer.status.as_u16() == 404 && code.is_some_and(|code| code.ends_with("_invalid_id"))
}

#[derive(Deserialize)]
struct WireOrder {
    id: u64,
    number: String,
    status: String,
    total: String,
    currency: String,
    billing: WireBilling,
}

#[derive(Deserialize)]
struct WireBilling {
    email: String,
}

#[derive(Deserialize)]
struct WireProduct {
    id: u64,
    name: String,
    sku: String,
    /// `true`, `false`, or `"parent"` for a variation.
    manage_stock: Value,
    stock_quantity: Option<i64>,
}

impl From<WireOrder> for AdminOrder {
    fn from(order: WireOrder) -> AdminOrder {
        let WireOrder { id, number, status, total, currency, billing } = order;
        AdminOrder { id: id.to_string(), number, status, total, currency, email: billing.email }
    }
}

impl From<WireProduct> for AdminProduct {
    fn from(product: WireProduct) -> AdminProduct {
        let WireProduct { id, name, sku: _, manage_stock, stock_quantity } = product;
        let stock = if manage_stock == Value::Bool(true) { stock_quantity } else { None };
        AdminProduct { id: id.to_string(), name, stock }
    }
}
