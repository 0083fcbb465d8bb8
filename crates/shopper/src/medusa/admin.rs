//! The owner, by the admin API: with the store's secret key, or logged in with e-mail and password.

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Number, Value, json};
use tokio::sync::OnceCell;

use super::money::decimal;
use super::{guest, no_shop_key};
use crate::browser::Browser;
use crate::dial::{Answer, Http, read, refused, send, send_any};
use crate::engine::Desk;
use crate::refusal::code;
use crate::{AdminKey, AdminOrder, AdminProduct, At, Order, PROOF_EMAIL, Receipt, Refusal};

const API: &str = "/admin";
/// The title of the publishable key through which alone the proof's product is to be had; store-setup gives it.
const PROOF_KEY: &str = "Store platform proof";
const ORDER_FIELDS: &str = "id,display_id,status,total,currency_code,email";
const CANCELLED: &str = "canceled";

pub struct Admin {
    http: Http,
    shop_key: Option<String>,
    entry: Entry,
}

enum Entry {
    Key(SecretString),
    Login { email: String, password: SecretString, token: OnceCell<SecretString> },
}

impl Admin {
    pub fn new(http: Http, shop_key: Option<String>, key: &AdminKey) -> Result<Admin, Refusal> {
        let entry = match key {
            AdminKey::Secret(key) => Entry::Key(key.clone()),
            AdminKey::Login { email, password } => {
                Entry::Login { email: email.clone(), password: password.clone(), token: OnceCell::new() }
            }
            AdminKey::Pair { .. } => {
                let message = "Medusa's admin API asks for its secret key, or for the owner's log-in";
                return Err(Refusal::ours(At::Door, code::OTHER_KEY, message));
            }
        };
        Ok(Admin { http, shop_key, entry })
    }

    /// What is on the shelf and promised to nobody.
    async fn stock(&self, sku: &str) -> Result<Option<i64>, Refusal> {
        let request = self.request(At::Stock, Method::GET, "/inventory-items").await?.query(&[("sku", sku)]);
        let ItemsAnswer { inventory_items } = read(At::Stock, send(At::Stock, request).await?.body)?;
        let item = inventory_items.into_iter().find(|item| item.sku.as_deref() == Some(sku));
        Ok(item.map(|WireStock { sku: _, stocked_quantity, reserved_quantity }| stocked_quantity - reserved_quantity))
    }

    async fn request(&self, at: At, method: Method, path: &str) -> Result<RequestBuilder, Refusal> {
        let request = self.http.request(method, &format!("{API}{path}"));
        Ok(match &self.entry {
            Entry::Key(key) => request.basic_auth(key.expose_secret(), Some("")),
            Entry::Login { email, password, token } => {
                let token = token.get_or_try_init(|| self.log_in(at, email, password)).await?;
                request.bearer_auth(token.expose_secret())
            }
        })
    }

    async fn log_in(&self, at: At, email: &str, password: &SecretString) -> Result<SecretString, Refusal> {
        let request = self.http.request(Method::POST, "/auth/user/emailpass");
        let body = json!({"email": email, "password": password.expose_secret()});
        let TokenAnswer { token } = read(at, send(at, request.json(&body)).await?.body)?;
        Ok(token.into())
    }
}

#[async_trait]
impl Desk for Admin {
    async fn order_read(&self, id: &str) -> Result<Option<AdminOrder>, Refusal> {
        let request = self.request(At::ReadBack, Method::GET, &format!("/orders/{id}")).await?;
        let answer = send_any(At::ReadBack, request.query(&[("fields", ORDER_FIELDS)])).await?;
        if is_unknown(&answer) {
            return Ok(None);
        }
        if !answer.status.is_success() {
            return Err(refused(At::ReadBack, &answer));
        }
        Ok(Some(read::<OrderAnswer>(At::ReadBack, answer.body)?.order.into()))
    }

    async fn order_remove(&self, id: &str) -> Result<(), Refusal> {
        let Some(order) = self.order_read(id).await? else { return Ok(()) };
        if order.status != CANCELLED {
            let cancel = self.request(At::Removal, Method::POST, &format!("/orders/{id}/cancel")).await?;
            send(At::Removal, cancel.json(&json!({}))).await?;
        }
        if order.email == PROOF_EMAIL {
            send(At::Removal, self.request(At::Removal, Method::DELETE, &format!("/proof-orders/{id}")).await?).await?;
        }
        Ok(())
    }

    async fn orders_of(&self, email: &str) -> Result<Vec<AdminOrder>, Refusal> {
        let query = [("q", email), ("limit", "100"), ("order", "-created_at"), ("fields", ORDER_FIELDS)];
        let request = self.request(At::ReadBack, Method::GET, "/orders").await?.query(&query);
        let OrdersAnswer { orders } = read(At::ReadBack, send(At::ReadBack, request).await?.body)?;
        // The search looks into addresses too.
        Ok(orders.into_iter().map(AdminOrder::from).filter(|order| order.email.eq_ignore_ascii_case(email)).collect())
    }

    async fn product_by_sku(&self, sku: &str) -> Result<Option<AdminProduct>, Refusal> {
        let query = [("sku", sku), ("fields", "id,sku,product_id,*product")];
        let request = self.request(At::Products, Method::GET, "/product-variants").await?.query(&query);
        let VariantsAnswer { variants } = read(At::Products, send(At::Products, request).await?.body)?;
        let Some(WireVariant { sku: _, product_id, product }) = variants.into_iter().find(|variant| variant.sku == sku)
        else {
            return Ok(None);
        };
        Ok(Some(AdminProduct { id: product_id, name: product.title, stock: self.stock(sku).await? }))
    }

    /// As a guest, with the proof's own key; the customers' key must open the shop as well, and its front page answer.
    async fn buy_proof(&self, order: &Order) -> Result<Receipt, Refusal> {
        guest::try_key(&self.http, self.shop_key.as_deref().ok_or_else(no_shop_key)?).await?;
        // The pages are another program than the one that sells.
        Browser::glance(&self.http).await?;
        let query = [("type", "publishable"), ("limit", "100")];
        let request = self.request(At::Products, Method::GET, "/api-keys").await?.query(&query);
        let KeysAnswer { api_keys } = read(At::Products, send(At::Products, request).await?.body)?;
        let ours = api_keys.into_iter().find(|key| key.title == PROOF_KEY && key.revoked_at.is_none());
        let key = ours.ok_or_else(|| {
            let message = format!("the shop has no publishable key titled '{PROOF_KEY}'; run the store's set-up again");
            Refusal::ours(At::Products, code::NO_PROOF_KEY, message)
        })?;
        guest::buy(&self.http, &key.token, order).await
    }
}

/// Not any 404 will do: an ingress that lost the route says 404 as well.
fn is_unknown(answer: &Answer) -> bool {
    answer.status.as_u16() == 404 && answer.body.get("type").and_then(Value::as_str) == Some("not_found")
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: String,
}

#[derive(Deserialize)]
struct OrderAnswer {
    order: WireOrder,
}

#[derive(Deserialize)]
struct OrdersAnswer {
    orders: Vec<WireOrder>,
}

#[derive(Deserialize)]
struct WireOrder {
    id: String,
    display_id: u64,
    status: String,
    total: Number,
    currency_code: String,
    email: String,
}

#[derive(Deserialize)]
struct VariantsAnswer {
    variants: Vec<WireVariant>,
}

#[derive(Deserialize)]
struct WireVariant {
    sku: String,
    product_id: String,
    product: WireProduct,
}

#[derive(Deserialize)]
struct WireProduct {
    title: String,
}

#[derive(Deserialize)]
struct ItemsAnswer {
    inventory_items: Vec<WireStock>,
}

#[derive(Deserialize)]
struct WireStock {
    sku: Option<String>,
    stocked_quantity: i64,
    reserved_quantity: i64,
}

#[derive(Deserialize)]
struct KeysAnswer {
    api_keys: Vec<WireKey>,
}

#[derive(Deserialize)]
struct WireKey {
    title: String,
    token: String,
    revoked_at: Option<String>,
}

impl From<WireOrder> for AdminOrder {
    fn from(order: WireOrder) -> AdminOrder {
        let WireOrder { id, display_id, status, total, currency_code, email } = order;
        let currency = currency_code.to_ascii_uppercase();
        AdminOrder { id, number: display_id.to_string(), status, total: decimal(&total, &currency), currency, email }
    }
}
