//! Every word that the shop itself says. A text that a language lacks does not compile.

mod de;
mod en;

pub use de::DE;
pub use en::EN;

use icu_locale::{Locale, locale};

#[derive(Debug)]
pub struct Texts {
    /// For the `lang` attribute.
    pub lang: &'static str,

    pub skip: &'static str,
    pub menu: &'static str,
    pub shop: &'static str,
    pub basket: &'static str,
    pub basket_holds: fn(u64) -> String,
    pub footer: &'static str,

    pub lead: &'static str,
    pub products: fn(u64) -> String,
    pub from: &'static str,
    pub sold_out: &'static str,
    pub no_price: &'static str,
    pub no_products: &'static str,
    pub no_products_hint: &'static str,
    pub pages: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub page_of: fn(u64, u64) -> String,

    pub choose: &'static str,
    pub quantity: &'static str,
    pub in_stock: &'static str,
    pub few_left: fn(i64) -> String,
    pub add: &'static str,
    pub all_sold_out: &'static str,
    pub back_to_shop: &'static str,

    pub empty_basket: &'static str,
    pub empty_basket_hint: &'static str,
    pub each: &'static str,
    pub update: &'static str,
    pub remove: &'static str,
    pub quantity_of: fn(&str) -> String,
    pub update_of: fn(&str) -> String,
    pub remove_of: fn(&str) -> String,
    pub summary: &'static str,
    pub goods: &'static str,
    pub shipping: &'static str,
    pub shipping_later: &'static str,
    pub discount: &'static str,
    pub tax: &'static str,
    pub total: &'static str,
    pub to_checkout: &'static str,
    pub notice_stock: &'static str,
    pub notice_gone: &'static str,
    pub notice_quantity: &'static str,

    pub checkout: &'static str,
    pub contact: &'static str,
    pub address: &'static str,
    pub email: &'static str,
    pub email_hint: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub address_1: &'static str,
    pub address_2: &'static str,
    pub postal_code: &'static str,
    pub city: &'static str,
    pub province: &'static str,
    pub country: &'static str,
    pub phone: &'static str,
    pub optional: &'static str,
    pub how_to_ship: &'static str,
    pub free: &'static str,
    pub plus_tax: &'static str,
    pub no_shipping: &'static str,
    pub payment: &'static str,
    pub payment_manual: &'static str,
    pub payment_manual_hint: &'static str,
    pub your_order: &'static str,
    pub change_basket: &'static str,
    pub recalculate: &'static str,
    pub place_order: &'static str,

    pub problems: fn(usize) -> String,
    pub error_prefix: &'static str,
    pub error_missing: &'static str,
    pub error_email: &'static str,
    pub error_long: &'static str,
    pub error_country: &'static str,
    pub error_shipping: &'static str,
    pub notice_total: fn(&str) -> String,
    pub notice_refused: &'static str,

    pub thanks: &'static str,
    pub order_number: fn(u64) -> String,
    pub thanks_note: &'static str,
    pub ships_to: &'static str,
    pub ships_by: &'static str,
    pub keep_shopping: &'static str,

    pub lost: &'static str,
    pub lost_hint: &'static str,
    pub closed: &'static str,
    pub closed_hint: &'static str,
    pub refused: &'static str,
    pub refused_hint: &'static str,
    pub try_again: &'static str,
}

impl Texts {
    pub fn locale(&self) -> Locale {
        if self.lang == "de" { locale!("de") } else { locale!("en") }
    }
}
