//! A guest's order by the Store API. A Cart-Token alone carries the guest: no cookie, no nonce.

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::dial::{Http, read, send};
use crate::refusal::code;
use crate::{At, Customer, Item, Order, Receipt, Refusal, Wanted};

const API: &str = "/wp-json/wc/store/v1";
/// Cash on delivery: the only way to pay that needs nobody outside the shop.
const PAYMENT: &str = "cod";
/// What an order that was taken may be called; anything else was not sold.
const SOLD: [&str; 3] = ["processing", "on-hold", "completed"];

pub async fn buy(http: &Http, order: &Order) -> Result<Receipt, Refusal> {
    let Order { wanted, quantity, customer } = order;
    let product = match wanted {
        Wanted::First => first_for_sale(http).await?,
        Wanted::Product(id) => id.parse().map_err(|_| {
            Refusal::ours(
                At::Products,
                code::NOTHING_FOR_SALE,
                format!("'{id}' is no product's id: it must be a number"),
            )
        })?,
    };
    let token = cart_token(http).await?;
    let cart = |method, path: &str| http.request(method, &format!("{API}{path}")).header("cart-token", &token);

    send(At::Cart, cart(Method::POST, "/cart/add-item").json(&json!({"id": product, "quantity": quantity}))).await?;
    let address = address(customer);
    let billing = with_email(&address, &customer.email);
    let both = json!({"billing_address": billing, "shipping_address": address});
    send(At::Address, cart(Method::POST, "/cart/update-customer").json(&both)).await?;
    let checkout = json!({
        "billing_address": billing,
        "shipping_address": address,
        "payment_method": PAYMENT,
        "payment_data": [],
    });
    let placed = send(At::Checkout, cart(Method::POST, "/checkout").json(&checkout)).await?;
    confirm(read(At::Checkout, placed.body)?, http, &customer.email).await
}

#[derive(Deserialize)]
struct Product {
    id: u64,
    is_purchasable: bool,
    is_in_stock: bool,
    /// Set when a size or colour must be chosen first.
    has_options: bool,
}

async fn first_for_sale(http: &Http) -> Result<u64, Refusal> {
    let list = http.request(Method::GET, &format!("{API}/products")).query(&[("per_page", "20")]);
    let products: Vec<Product> = read(At::Products, send(At::Products, list).await?.body)?;
    let seen = products.len();
    let first =
        products.into_iter().find(|product| product.is_purchasable && product.is_in_stock && !product.has_options);
    first.map(|product| product.id).ok_or_else(|| {
        let message =
            format!("the shop shows {seen} products and none can be bought; publish one with a price and stock");
        Refusal::ours(At::Products, code::NOTHING_FOR_SALE, message)
    })
}

async fn cart_token(http: &Http) -> Result<String, Refusal> {
    let answer = send(At::Cart, http.request(Method::GET, &format!("{API}/cart"))).await?;
    let token = answer.headers.get("cart-token").and_then(|value| value.to_str().ok()).map(str::to_owned);
    token.ok_or_else(|| Refusal::ours(At::Cart, code::UNEXPECTED, "the cart came without a Cart-Token header"))
}

#[derive(Deserialize)]
struct Placed {
    order_id: u64,
    order_number: Option<String>,
    order_key: String,
}

#[derive(Deserialize)]
struct Confirmed {
    id: u64,
    status: String,
    items: Vec<ConfirmedItem>,
    totals: Totals,
}

#[derive(Deserialize)]
struct ConfirmedItem {
    name: String,
    quantity: u64,
}

#[derive(Deserialize)]
struct Totals {
    /// In the currency's smallest unit.
    total_price: String,
    currency_code: String,
    currency_minor_unit: usize,
}

/// The guest's own look: with the key from the checkout and the e-mail the shop shows the order.
async fn confirm(placed: Placed, http: &Http, email: &str) -> Result<Receipt, Refusal> {
    let Placed { order_id, order_number, order_key } = placed;
    let look: RequestBuilder = http
        .request(Method::GET, &format!("{API}/order/{order_id}"))
        .query(&[("key", order_key.as_str()), ("billing_email", email)]);
    let Confirmed { id, status, items, totals } = read(At::Confirmation, send(At::Confirmation, look).await?.body)?;
    if id != order_id {
        let message = format!("asked for order {order_id}, got {id}");
        return Err(Refusal::ours(At::Confirmation, code::ORDER_DIFFERS, message));
    }
    if !SOLD.contains(&status.as_str()) {
        let message = format!("order {order_id} was taken but is '{status}'");
        return Err(Refusal::ours(At::Confirmation, code::ORDER_DIFFERS, message));
    }
    Ok(Receipt {
        order_id: order_id.to_string(),
        order_number: order_number.unwrap_or_else(|| order_id.to_string()),
        order_key,
        total: decimal(&totals.total_price, totals.currency_minor_unit),
        currency: totals.currency_code,
        status,
        items: items.into_iter().map(|ConfirmedItem { name, quantity }| Item { name, quantity }).collect(),
    })
}

fn address(customer: &Customer) -> Value {
    let Customer { first_name, last_name, email: _, phone, street, postcode, city, country, state } = customer;
    json!({
        "first_name": first_name,
        "last_name": last_name,
        "company": "",
        "address_1": street,
        "address_2": "",
        "city": city,
        "state": state,
        "postcode": postcode,
        "country": country,
        "phone": phone,
    })
}

/// Only the billing address has one.
fn with_email(address: &Value, email: &str) -> Value {
    let mut address = address.clone();
    address["email"] = json!(email);
    address
}

/// `1100` with 2 digits is `11.00`; with none it stays.
fn decimal(smallest: &str, digits: usize) -> String {
    if digits == 0 {
        return smallest.to_owned();
    }
    let padded = format!("{smallest:0>width$}", width = digits + 1);
    let (whole, part) = padded.split_at(padded.len() - digits);
    format!("{whole}.{part}")
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn money_keeps_its_digits() {
        assert_eq!(decimal("1100", 2), "11.00");
        assert_eq!(decimal("5", 2), "0.05");
        assert_eq!(decimal("0", 2), "0.00");
        assert_eq!(decimal("1100", 0), "1100");
        assert_eq!(decimal("1234", 3), "1.234");
    }
}
