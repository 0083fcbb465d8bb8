//! All products, a page at a time. What is sold out stays in the list and says so.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::problem::Trouble;
use super::{Frame, page};
use crate::backend::wire::Product;
use crate::money::Prices;
use crate::shop::Shop;

/// Fills rows of two, three and four.
const A_PAGE: u64 = 12;

#[derive(Deserialize)]
pub struct Asked {
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    cards: Vec<Card>,
    products: String,
    number: u64,
    pages: u64,
    page_of: String,
}

struct Card {
    href: String,
    title: String,
    subtitle: String,
    picture: Option<String>,
    price: Option<String>,
    /// Its variants cost different sums.
    from: bool,
    sold_out: bool,
}

pub async fn get(
    State(shop): State<Arc<Shop>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let number = match asked.page.as_deref() {
        None => 1,
        Some(text) => text.parse().ok().filter(|number| (1..=100_000).contains(number)).ok_or(Trouble::Lost)?,
    };
    let here = shop.here().await?;
    let country = here.home.as_deref().unwrap_or_default();
    let found = shop.backend.products(&here.region, country, (number - 1) * A_PAGE, A_PAGE).await?;
    let pages = found.count.div_ceil(A_PAGE).max(1);
    if number > pages {
        return Err(Trouble::Lost);
    }
    let prices = shop.prices(&here.region.currency_code);
    let cards = found.products.into_iter().map(|product| card(product, &prices)).collect();
    let t = shop.texts;
    let (products, page_of) = ((t.products)(found.count), (t.page_of)(number, pages));
    let frame = Frame::new(&shop, &headers);
    Ok(page(StatusCode::OK, &ListPage { frame, cards, products, number, pages, page_of }))
}

fn card(product: Product, prices: &Prices) -> Card {
    // What can be bought says the price; where nothing can, what could be.
    let sold_out = !product.variants.iter().any(crate::backend::wire::Variant::is_for_sale);
    let mut amounts: Vec<_> = product
        .variants
        .iter()
        .filter(|variant| sold_out || variant.is_for_sale())
        .filter_map(|variant| variant.price())
        .filter_map(|amount| Some((amount.as_f64()?, amount)))
        .collect();
    amounts.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let from = amounts.first().map(|(amount, _)| *amount) != amounts.last().map(|(amount, _)| *amount);
    Card {
        href: super::product::path(&product.handle),
        price: amounts.first().map(|(_, amount)| prices.show(amount)),
        from,
        sold_out,
        title: product.title,
        subtitle: product.subtitle.unwrap_or_default(),
        picture: product.thumbnail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(variants: &[(i64, f64)]) -> Card {
        let variants: Vec<_> = variants
            .iter()
            .map(|(stock, amount)| {
                json!({"id": "v", "title": "V", "manage_inventory": true, "allow_backorder": false,
                    "inventory_quantity": stock, "calculated_price": {"calculated_amount": amount}})
            })
            .collect();
        let product = json!({"title": "Mug", "handle": "mug", "variants": variants});
        card(serde_json::from_value(product).unwrap(), &Prices::new(&icu_locale::locale!("en-US"), "usd"))
    }

    #[test]
    fn a_card_shows_the_least_that_buys_something() {
        let card = of(&[(0, 5.0), (3, 34.0), (2, 18.0)]);
        assert_eq!((card.price.as_deref(), card.from, card.sold_out), (Some("$18.00"), true, false));
        let card = of(&[(0, 5.0), (2, 18.0)]);
        assert_eq!((card.price.as_deref(), card.from, card.sold_out), (Some("$18.00"), false, false));
        let card = of(&[(0, 5.0)]);
        assert_eq!((card.price.as_deref(), card.from, card.sold_out), (Some("$5.00"), false, true));
        assert_eq!(of(&[]).price, None);
    }
}
