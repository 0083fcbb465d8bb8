//! What Medusa answers, as far as a page needs it.

use serde::Deserialize;
use serde_json::{Number, Value};

#[derive(Clone, Debug, Deserialize)]
pub struct Region {
    pub id: String,
    pub currency_code: String,
    pub countries: Vec<RegionCountry>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RegionCountry {
    pub iso_2: String,
}

#[derive(Debug, Deserialize)]
pub struct Products {
    pub products: Vec<Product>,
    pub count: u64,
}

#[derive(Debug, Deserialize)]
pub struct Product {
    pub title: String,
    pub handle: String,
    pub subtitle: Option<String>,
    pub description: Option<String>,
    pub thumbnail: Option<String>,
    #[serde(default)]
    pub images: Vec<Picture>,
    #[serde(default)]
    pub options: Vec<ProductOption>,
    #[serde(default)]
    pub variants: Vec<Variant>,
}

#[derive(Debug, Deserialize)]
pub struct Picture {
    pub url: String,
}

#[derive(Debug, Deserialize)]
pub struct ProductOption {
    pub title: String,
}

#[derive(Debug, Deserialize)]
pub struct Variant {
    pub id: String,
    pub title: Option<String>,
    pub manage_inventory: bool,
    pub allow_backorder: bool,
    /// `null` where no location has any.
    pub inventory_quantity: Option<i64>,
    /// Absent or `null` without a price in the region's currency.
    pub calculated_price: Option<Price>,
}

#[derive(Debug, Deserialize)]
pub struct Price {
    pub calculated_amount: Option<Number>,
    /// Where the region's taxes are known: what the customer pays.
    pub calculated_amount_with_tax: Option<Number>,
}

impl Variant {
    pub fn price(&self) -> Option<&Number> {
        let price = self.calculated_price.as_ref()?;
        price.calculated_amount_with_tax.as_ref().or(price.calculated_amount.as_ref())
    }

    /// How many a customer may take; None where nobody counts.
    pub fn left(&self) -> Option<i64> {
        (self.manage_inventory && !self.allow_backorder).then(|| self.inventory_quantity.unwrap_or(0).max(0))
    }

    pub fn is_for_sale(&self) -> bool {
        self.price().is_some() && self.left() != Some(0)
    }
}

#[derive(Debug, Deserialize)]
pub struct Cart {
    pub id: String,
    pub email: Option<String>,
    pub completed_at: Option<Value>,
    pub currency_code: String,
    #[serde(default)]
    pub items: Vec<Line>,
    #[serde(flatten)]
    pub totals: Totals,
    pub shipping_address: Option<Address>,
    #[serde(default)]
    pub shipping_methods: Vec<ShippingMethod>,
}

impl Cart {
    pub fn count(&self) -> u64 {
        self.items.iter().map(|line| line.quantity).sum()
    }

    pub fn country(&self) -> Option<&str> {
        self.shipping_address.as_ref()?.country_code.as_deref()
    }

    /// The option that its shipping is of.
    pub fn shipping(&self) -> Option<&str> {
        self.shipping_methods.first()?.shipping_option_id.as_deref()
    }
}

/// Of a cart, and of the order that it becomes.
#[derive(Debug, Deserialize)]
pub struct Totals {
    pub item_total: Number,
    pub shipping_total: Number,
    pub tax_total: Number,
    pub discount_total: Number,
    pub total: Number,
}

#[derive(Debug, Deserialize)]
pub struct Line {
    pub id: String,
    pub title: String,
    pub product_title: Option<String>,
    pub product_handle: Option<String>,
    pub variant_title: Option<String>,
    pub thumbnail: Option<String>,
    pub quantity: u64,
    pub unit_price: Number,
    pub total: Number,
}

impl Line {
    pub fn name(&self) -> &str {
        self.product_title.as_deref().unwrap_or(&self.title)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Address {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub address_1: Option<String>,
    pub address_2: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub country_code: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ShippingMethod {
    pub name: Option<String>,
    pub shipping_option_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ShippingOption {
    pub id: String,
    pub name: String,
    /// Absent where a carrier would have to be asked: those are not offered.
    pub amount: Option<Number>,
    #[serde(rename = "type")]
    pub kind: Option<ShippingKind>,
    #[serde(default)]
    pub is_tax_inclusive: bool,
    #[serde(default)]
    pub insufficient_inventory: bool,
}

#[derive(Debug, Deserialize)]
pub struct ShippingKind {
    pub description: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Order {
    pub id: String,
    pub display_id: u64,
    pub email: Option<String>,
    pub currency_code: String,
    #[serde(default)]
    pub items: Vec<Line>,
    #[serde(flatten)]
    pub totals: Totals,
    pub shipping_address: Option<Address>,
    #[serde(default)]
    pub shipping_methods: Vec<ShippingMethod>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variant(over: &Value) -> Variant {
        let mut wire = json!({"id": "v", "title": "One", "manage_inventory": true, "allow_backorder": false,
            "inventory_quantity": 2, "calculated_price": {"calculated_amount": 18}});
        wire.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        serde_json::from_value(wire).unwrap()
    }

    #[test]
    fn what_has_a_price_and_stock_is_for_sale() {
        assert!(variant(&json!({})).is_for_sale());
        assert_eq!(variant(&json!({})).left(), Some(2));
        assert!(!variant(&json!({"inventory_quantity": 0})).is_for_sale());
        assert!(!variant(&json!({"inventory_quantity": null})).is_for_sale());
        assert!(!variant(&json!({"calculated_price": null})).is_for_sale());
        assert!(!variant(&json!({"calculated_price": {"calculated_amount": null}})).is_for_sale());
        assert!(variant(&json!({"inventory_quantity": 0, "allow_backorder": true})).is_for_sale());
        assert_eq!(variant(&json!({"inventory_quantity": 0, "manage_inventory": false})).left(), None);
    }

    #[test]
    fn the_customer_sees_the_price_with_tax_where_it_is_known() {
        let price = json!({"calculated_price": {"calculated_amount": 18, "calculated_amount_with_tax": 21.42}});
        assert_eq!(variant(&price).price().unwrap().to_string(), "21.42");
    }
}
