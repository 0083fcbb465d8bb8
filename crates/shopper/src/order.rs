use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// What to buy, and who buys it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub wanted: Wanted,
    pub quantity: u32,
    pub customer: Customer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The first product that a visitor sees and can buy.
    First,
    /// The product with this id; at a storefront's pages, with this name at the end of its address.
    Product(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub street: String,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Only where addresses have one.
    pub state: String,
}

/// What the guest holds in hand after the purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub order_id: String,
    pub order_number: String,
    pub order_key: String,
    /// Decimal, in `currency`.
    pub total: String,
    pub currency: String,
    pub status: String,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub name: String,
    pub quantity: u64,
}

/// The order that proved the store; it is gone again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub order_id: String,
    pub total: String,
    pub currency: String,
    pub duration: Duration,
}

/// What opens the store's admin API; each engine takes some of them.
#[derive(Clone, Debug)]
pub enum AdminKey {
    /// WooCommerce's key and secret.
    Pair { key: SecretString, secret: SecretString },
    /// Medusa's secret key. It outlives a change of the owner's password.
    Secret(SecretString),
    /// The owner's own log-in, which Medusa's admin API takes.
    Login { email: String, password: SecretString },
}

/// An order as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminOrder {
    pub id: String,
    pub number: String,
    pub status: String,
    pub total: String,
    pub currency: String,
    pub email: String,
}

/// A product as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminProduct {
    pub id: String,
    pub name: String,
    /// `None` when the shop does not count it.
    pub stock: Option<i64>,
}

impl Customer {
    /// Somebody who could be a customer. The e-mail's domain is reserved, so no mail ever reaches a stranger.
    pub fn example() -> Customer {
        Customer {
            first_name: "Mara".to_owned(),
            last_name: "Lindner".to_owned(),
            email: "mara.lindner@example.com".to_owned(),
            phone: "+49 30 901820".to_owned(),
            street: "Torstraße 140".to_owned(),
            postcode: "10119".to_owned(),
            city: "Berlin".to_owned(),
            country: "DE".to_owned(),
            state: String::new(),
        }
    }

    pub(crate) fn proof() -> Customer {
        Customer {
            first_name: "Store".to_owned(),
            last_name: "Proof".to_owned(),
            email: crate::PROOF_EMAIL.to_owned(),
            ..Customer::example()
        }
    }
}

impl Order {
    /// One piece of the first product that is for sale.
    pub fn first(customer: Customer) -> Order {
        Order { wanted: Wanted::First, quantity: 1, customer }
    }

    pub fn product(id: impl Into<String>, customer: Customer) -> Order {
        Order { wanted: Wanted::Product(id.into()), quantity: 1, customer }
    }
}
