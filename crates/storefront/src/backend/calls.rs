//! The calls, one function each.

use std::time::Duration;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Cart, Order, Product, Products, Region, ShippingOption};
use super::{Backend, Fault};
use crate::id::Id;

/// Of a product, in a list and on its page.
const PRODUCT_FIELDS: &str = "id,title,handle,subtitle,description,thumbnail,images.url,options.title,*variants,\
    *variants.calculated_price,+variants.inventory_quantity";
/// What sums are made of: Medusa adds up what is asked for, and a cart without its shipping's amount is too cheap.
macro_rules! with_sums {
    ($fields:literal) => {
        concat!(
            $fields,
            ",currency_code,item_total,shipping_total,tax_total,discount_total,total,items.id,items.title,\
             items.product_title,items.product_handle,items.variant_title,items.thumbnail,items.quantity,\
             items.unit_price,items.is_tax_inclusive,items.total,*items.tax_lines,*items.adjustments,\
             *shipping_methods,*shipping_methods.tax_lines,*shipping_methods.adjustments,*credit_lines,\
             *shipping_address"
        )
    };
}

/// Of a cart. By default Medusa sends all the region's countries with it.
const CART_FIELDS: &str = with_sums!("id,email,completed_at");
/// Of an order, for who placed it.
const ORDER_FIELDS: &str = with_sums!("id,display_id,email,*items,*items.detail");
/// Newest first: Medusa's ids begin with their time, and no two are the same, so that pages don't overlap.
const PRODUCT_ORDER: &str = "-id";
/// Paid outside the shop: the only way to pay that needs nobody else.
const PAYMENT: &str = "pp_system_default";
/// The customer's other click is placing the same order: Medusa needs about a second for one.
const CONFLICT_PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Who orders, and where to: checked, and as Medusa takes it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Guest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub shipping_address: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    pub first_name: String,
    pub last_name: String,
    pub address_1: String,
    pub address_2: String,
    pub postal_code: String,
    pub city: String,
    pub province: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    pub phone: String,
}

impl Backend {
    pub async fn regions(&self) -> Result<Vec<Region>, Fault> {
        let query = [("limit", "100"), ("fields", "id,currency_code,*countries")];
        let answer: Regions = self.ask(self.request(Method::GET, "/regions").query(&query)).await?;
        Ok(answer.regions)
    }

    pub async fn products(&self, region: &Region, country: &str, offset: u64, limit: u64) -> Result<Products, Fault> {
        let (offset, limit) = (offset.to_string(), limit.to_string());
        let query = [
            ("region_id", region.id.as_str()),
            ("country_code", country),
            ("fields", PRODUCT_FIELDS),
            ("order", PRODUCT_ORDER),
            ("offset", &offset),
            ("limit", &limit),
        ];
        self.ask(self.request(Method::GET, "/products").query(&query)).await
    }

    pub async fn product(&self, region: &Region, country: &str, handle: &str) -> Result<Product, Fault> {
        let query = [
            ("region_id", region.id.as_str()),
            ("country_code", country),
            ("fields", PRODUCT_FIELDS),
            ("handle", handle),
            ("limit", "1"),
        ];
        let answer: Products = self.ask(self.request(Method::GET, "/products").query(&query)).await?;
        answer.products.into_iter().next().ok_or(Fault::Unknown)
    }

    pub async fn cart(&self, cart: &Id) -> Result<Cart, Fault> {
        self.cart_of(self.request(Method::GET, &format!("/carts/{cart}"))).await
    }

    /// With its first line. The country is said at once: what ships there can be asked for then.
    pub async fn cart_create(&self, region: &Region, country: Option<&str>, line: &Value) -> Result<Cart, Fault> {
        let mut body = json!({"region_id": region.id, "items": [line]});
        if let Some(country) = country {
            body["shipping_address"] = json!({"country_code": country});
        }
        self.cart_of(self.request(Method::POST, "/carts").json(&body)).await
    }

    pub async fn line_add(&self, cart: &Id, line: &Value) -> Result<Cart, Fault> {
        self.cart_of(self.request(Method::POST, &format!("/carts/{cart}/line-items")).json(line)).await
    }

    pub async fn line_set(&self, cart: &Id, line: &Id, quantity: u64) -> Result<Cart, Fault> {
        let body = json!({"quantity": quantity});
        self.cart_of(self.request(Method::POST, &format!("/carts/{cart}/line-items/{line}")).json(&body)).await
    }

    pub async fn line_remove(&self, cart: &Id, line: &Id) -> Result<Cart, Fault> {
        let request = self.request(Method::DELETE, &format!("/carts/{cart}/line-items/{line}"));
        let answer: Removed = self.ask(request.query(&[("fields", CART_FIELDS)])).await?;
        Ok(answer.parent)
    }

    pub async fn cart_guest(&self, cart: &Id, guest: &Guest) -> Result<Cart, Fault> {
        let mut body = json!(guest);
        if guest.email.is_some() {
            body["billing_address"] = body["shipping_address"].clone();
        }
        self.cart_of(self.request(Method::POST, &format!("/carts/{cart}")).json(&body)).await
    }

    /// Those that have a price and can carry what is in the cart.
    pub async fn shipping_options(&self, cart: &Id) -> Result<Vec<ShippingOption>, Fault> {
        let request = self.request(Method::GET, "/shipping-options").query(&[("cart_id", cart.as_str())]);
        let answer: Options = self.ask(request).await?;
        Ok(answer
            .shipping_options
            .into_iter()
            .filter(|option| option.amount.is_some() && !option.insufficient_inventory)
            .collect())
    }

    pub async fn shipping_choose(&self, cart: &Id, option: &str) -> Result<Cart, Fault> {
        let request = self.request(Method::POST, &format!("/carts/{cart}/shipping-methods"));
        self.cart_of(request.json(&json!({"option_id": option}))).await
    }

    /// Asked again it is the same collection, with a new session.
    pub async fn pay(&self, cart: &Id) -> Result<(), Fault> {
        let request = self.request(Method::POST, "/payment-collections").json(&json!({"cart_id": cart.as_str()}));
        let answer: Collection = self.ask(request).await?;
        let path = format!("/payment-collections/{}/payment-sessions", answer.payment_collection.id);
        let _session: Value =
            self.ask(self.request(Method::POST, &path).json(&json!({"provider_id": PAYMENT}))).await?;
        Ok(())
    }

    /// A cart becomes one order, however often it is asked: the second answer is the first one's order.
    pub async fn complete(&self, cart: &Id) -> Result<Placed, Fault> {
        let mut pauses = CONFLICT_PAUSES.iter();
        loop {
            let request = self.request(Method::POST, &format!("/carts/{cart}/complete")).json(&json!({}));
            match (self.ask::<Completed>(request).await, pauses.next()) {
                (Ok(Completed { order: Some(order), error: _ }), _) => return Ok(order),
                (Ok(Completed { order: None, error }), _) => {
                    let Refused { kind, message } = error.unwrap_or_default();
                    return Err(Fault::Refused { status: 200, kind, code: String::new(), message });
                }
                (Err(fault), Some(pause)) if fault.is_conflict() => tokio::time::sleep(*pause).await,
                (Err(fault), _) => return Err(fault),
            }
        }
    }

    pub async fn order(&self, order: &Id) -> Result<Order, Fault> {
        let request = self.request(Method::GET, &format!("/orders/{order}")).query(&[("fields", ORDER_FIELDS)]);
        let answer: OrderAnswer = self.ask(request).await?;
        Ok(answer.order)
    }

    async fn cart_of(&self, request: reqwest::RequestBuilder) -> Result<Cart, Fault> {
        let answer: CartAnswer = self.ask(request.query(&[("fields", CART_FIELDS)])).await?;
        Ok(answer.cart)
    }
}

/// The order that a cart became.
#[derive(Debug, Deserialize)]
pub struct Placed {
    pub id: String,
    pub display_id: u64,
}

#[derive(Deserialize)]
struct Regions {
    regions: Vec<Region>,
}

#[derive(Deserialize)]
struct CartAnswer {
    cart: Cart,
}

#[derive(Deserialize)]
struct Removed {
    parent: Cart,
}

#[derive(Deserialize)]
struct Options {
    shipping_options: Vec<ShippingOption>,
}

#[derive(Deserialize)]
struct Collection {
    payment_collection: Named,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// 200 with an error where the payment was not authorised.
#[derive(Deserialize)]
struct Completed {
    order: Option<Placed>,
    error: Option<Refused>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

#[derive(Deserialize)]
struct OrderAnswer {
    order: Order,
}
