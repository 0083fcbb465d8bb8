//! A guest's order by the Store API.

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::KEY_HEADER;
use super::money::decimal;
use crate::dial::{Http, read, send};
use crate::refusal::code;
use crate::{At, Customer, Item, Order, Receipt, Refusal, Wanted};

const API: &str = "/store";
/// Paid outside the shop: the only way to pay that needs nobody else.
const PAYMENT: &str = "pp_system_default";
/// What an order that was taken may be called; anything else was not sold.
const SOLD: [&str; 2] = ["pending", "completed"];

pub async fn buy(http: &Http, key: &str, order: &Order) -> Result<Receipt, Refusal> {
    let guest = Guest { http, key };
    let Order { wanted, quantity, customer } = order;
    let region = guest.region(&customer.country).await?;
    let variant = guest.variant(&region, wanted).await?;

    let made = guest.post(At::Cart, "/carts", &json!({"region_id": region, "email": customer.email})).await?;
    let cart = read::<CartAnswer>(At::Cart, made)?.cart.id;
    let line = json!({"variant_id": variant, "quantity": quantity});
    guest.post(At::Cart, &format!("/carts/{cart}/line-items"), &line).await?;

    let address = address(customer);
    let addresses = json!({"email": customer.email, "shipping_address": address, "billing_address": address});
    guest.post(At::Address, &format!("/carts/{cart}"), &addresses).await?;
    let shipping = guest.shipping(&cart).await?;
    guest.post(At::Checkout, &format!("/carts/{cart}/shipping-methods"), &json!({"option_id": shipping})).await?;

    let collection = guest.post(At::Checkout, "/payment-collections", &json!({"cart_id": cart})).await?;
    let collection = read::<CollectionAnswer>(At::Checkout, collection)?.payment_collection.id;
    let sessions = format!("/payment-collections/{collection}/payment-sessions");
    guest.post(At::Checkout, &sessions, &json!({"provider_id": PAYMENT})).await?;
    let completed = guest.post(At::Checkout, &format!("/carts/{cart}/complete"), &json!({})).await?;
    guest.confirm(&placed(completed)?).await
}

/// The guest's own look at an order.
pub async fn confirm(http: &Http, key: &str, id: &str) -> Result<Receipt, Refusal> {
    Guest { http, key }.confirm(id).await
}

/// Does the key open the shop?
pub async fn try_key(http: &Http, key: &str) -> Result<(), Refusal> {
    Guest { http, key }.get(At::Products, "/regions", &[("limit", "1")]).await.map(|_| ())
}

struct Guest<'a> {
    http: &'a Http,
    key: &'a str,
}

impl Guest<'_> {
    /// The region that ships to the country.
    async fn region(&self, country: &str) -> Result<String, Refusal> {
        let query = [("limit", "100"), ("fields", "id,*countries")];
        let RegionsAnswer { regions } = read(At::Address, self.get(At::Address, "/regions", &query).await?)?;
        let here = |region: &Region| region.countries.iter().any(|each| each.iso_2.eq_ignore_ascii_case(country));
        regions.into_iter().find(here).map(|region| region.id).ok_or_else(|| {
            let message =
                format!("no region of the shop has the country '{country}'; add it to one in the admin's settings");
            Refusal::ours(At::Address, code::NO_REGION, message)
        })
    }

    /// The first variant that can be bought, of the product or of all that are shown.
    async fn variant(&self, region: &str, wanted: &Wanted) -> Result<String, Refusal> {
        let fields = "id,*variants,*variants.calculated_price,+variants.inventory_quantity";
        let mut query = vec![("region_id", region), ("fields", fields), ("limit", "20")];
        if let Wanted::Product(id) = wanted {
            query.push(("id", id));
        }
        let ProductsAnswer { products } = read(At::Products, self.get(At::Products, "/products", &query).await?)?;
        let seen = products.len();
        let first = products.into_iter().flat_map(|product| product.variants).find(Variant::is_for_sale);
        first.map(|variant| variant.id).ok_or_else(|| {
            let message =
                format!("the shop shows {seen} products and none can be bought; publish one with a price and stock");
            Refusal::ours(At::Products, code::NOTHING_FOR_SALE, message)
        })
    }

    async fn shipping(&self, cart: &str) -> Result<String, Refusal> {
        let answer = self.get(At::Checkout, "/shipping-options", &[("cart_id", cart)]).await?;
        let OptionsAnswer { shipping_options } = read(At::Checkout, answer)?;
        shipping_options.into_iter().next().map(|option| option.id).ok_or_else(|| {
            let message = "the shop has no way to ship to this address; add a shipping option for its country";
            Refusal::ours(At::Checkout, code::NO_SHIPPING, message)
        })
    }

    /// The guest's own look: who knows the order's id may see it.
    async fn confirm(&self, id: &str) -> Result<Receipt, Refusal> {
        let query = [("fields", "id,display_id,status,total,currency_code,*items")];
        let answer = self.get(At::Confirmation, &format!("/orders/{id}"), &query).await?;
        let OrderAnswer { order } = read(At::Confirmation, answer)?;
        if order.id != id {
            let message = format!("asked for order {id}, got {}", order.id);
            return Err(Refusal::ours(At::Confirmation, code::ORDER_DIFFERS, message));
        }
        if !SOLD.contains(&order.status.as_str()) {
            let message = format!("order {id} was taken but is '{}'", order.status);
            return Err(Refusal::ours(At::Confirmation, code::ORDER_DIFFERS, message));
        }
        let currency = order.currency_code.to_ascii_uppercase();
        Ok(Receipt {
            order_key: order.id.clone(),
            order_id: order.id,
            order_number: order.display_id.to_string(),
            total: decimal(&order.total, &currency),
            currency,
            status: order.status,
            items: order.items.into_iter().map(|WireItem { title, quantity }| Item { name: title, quantity }).collect(),
        })
    }

    async fn get(&self, at: At, path: &str, query: &[(&str, &str)]) -> Result<Value, Refusal> {
        Ok(send(at, self.request(Method::GET, path).query(query)).await?.body)
    }

    async fn post(&self, at: At, path: &str, body: &Value) -> Result<Value, Refusal> {
        Ok(send(at, self.request(Method::POST, path).json(body)).await?.body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, &format!("{API}{path}")).header(KEY_HEADER, self.key)
    }
}

/// Completing answers 200 with the cart when it did not become an order.
fn placed(completed: Value) -> Result<String, Refusal> {
    let CompleteAnswer { order, error } = read(At::Checkout, completed)?;
    order.map(|order| order.id).ok_or_else(|| {
        let message = error.map_or_else(|| "the cart did not become an order".to_owned(), |error| error.message);
        Refusal::ours(At::Checkout, code::NOT_COMPLETED, message)
    })
}

fn address(customer: &Customer) -> Value {
    let Customer { first_name, last_name, email: _, phone, street, postcode, city, country, state } = customer;
    json!({
        "first_name": first_name,
        "last_name": last_name,
        "address_1": street,
        "postal_code": postcode,
        "city": city,
        "province": state,
        "country_code": country.to_ascii_lowercase(),
        "phone": phone,
    })
}

#[derive(Deserialize)]
struct RegionsAnswer {
    regions: Vec<Region>,
}

#[derive(Deserialize)]
struct Region {
    id: String,
    countries: Vec<Country>,
}

#[derive(Deserialize)]
struct Country {
    iso_2: String,
}

#[derive(Deserialize)]
struct ProductsAnswer {
    products: Vec<Product>,
}

#[derive(Deserialize)]
struct Product {
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    id: String,
    manage_inventory: bool,
    allow_backorder: bool,
    /// `null` where no location has any.
    inventory_quantity: Option<i64>,
    /// Absent or `null` without a price in the region's currency.
    calculated_price: Option<Value>,
}

impl Variant {
    fn is_for_sale(&self) -> bool {
        let stocked = !self.manage_inventory || self.allow_backorder || self.inventory_quantity.unwrap_or(0) > 0;
        let price = self.calculated_price.as_ref().and_then(|price| price.get("calculated_amount"));
        stocked && price.is_some_and(Value::is_number)
    }
}

#[derive(Deserialize)]
struct CartAnswer {
    cart: Named,
}

#[derive(Deserialize)]
struct OptionsAnswer {
    shipping_options: Vec<Named>,
}

#[derive(Deserialize)]
struct CollectionAnswer {
    payment_collection: Named,
}

#[derive(Deserialize)]
struct CompleteAnswer {
    order: Option<Named>,
    error: Option<CompleteError>,
}

#[derive(Deserialize)]
struct CompleteError {
    message: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct OrderAnswer {
    order: WireOrder,
}

#[derive(Deserialize)]
struct WireOrder {
    id: String,
    display_id: u64,
    status: String,
    total: Number,
    currency_code: String,
    items: Vec<WireItem>,
}

#[derive(Deserialize)]
struct WireItem {
    title: String,
    quantity: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_that_became_no_order_is_refused_in_the_shops_words() {
        let refusal = placed(json!({"type": "cart", "cart": {"id": "c"}, "error": {"message": "Payment failed"}}));
        assert_eq!(refusal.unwrap_err().message, "Payment failed");
        assert_eq!(placed(json!({"type": "order", "order": {"id": "order_1"}})).unwrap(), "order_1");
    }

    #[test]
    fn only_what_has_a_price_and_stock_is_for_sale() {
        let variant = |stock: Value, price: Value| {
            let wire = json!({"id": "v", "manage_inventory": true, "allow_backorder": false,
                "inventory_quantity": stock, "calculated_price": price});
            serde_json::from_value::<Variant>(wire).unwrap().is_for_sale()
        };
        let price = json!({"calculated_amount": 18});
        assert!(variant(json!(1), price.clone()));
        assert!(!variant(json!(0), price.clone()));
        assert!(!variant(Value::Null, price));
        assert!(!variant(json!(1), Value::Null));
        assert!(!variant(json!(1), json!({"calculated_amount": null})));
    }
}
