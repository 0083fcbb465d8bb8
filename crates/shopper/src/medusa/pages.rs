//! A customer at the storefront: the same pages, links and forms that a browser without JavaScript uses, and nothing
//! that only a program could know. What the customer holds in hand is compared with what the shop's API says of it.

use reqwest::StatusCode;

use super::{guest, shop_key};
use crate::browser::{Browser, Page};
use crate::dial::Http;
use crate::html::{Form, Wish};
use crate::refusal::code;
use crate::{At, Order, Receipt, Refusal, Shop, Wanted};

const PRODUCTS: &str = "/products/";
const BASKET: &str = "/basket";
const CHECKOUT: &str = "/checkout";
const ORDERS: &str = "/orders/";
/// More products than this are not looked at for one that can be bought.
const LOOKED_AT: usize = 20;
/// The total may change once when the address is known, and the customer is asked again.
const CHECKOUTS: usize = 2;

pub async fn buy(shop: &Shop, order: &Order) -> Result<Receipt, Refusal> {
    // Asked for at the end, and missed at the beginning: an order that nobody can look at should not be placed.
    shop_key(shop)?;
    let Order { wanted, quantity, customer } = order;
    let wish = Wish { customer, quantity: *quantity };
    let browser = Browser::new(shop)?;
    let home = browser.home().await?;
    let product = for_sale(&browser, &home, wanted).await?;
    let form = product.form_to(BASKET).ok_or_else(|| nothing_for_sale(&product))?;
    let basket = sent(&browser, At::Cart, &product, form, wish).await?;
    let basket = accepted(At::Cart, basket)?;
    let checkout = match basket.links_below(CHECKOUT).first() {
        Some(url) => browser.open(At::Cart, url).await?,
        None => return Err(no_way_on(At::Cart, &basket)),
    };
    let thanks = check_out(&browser, checkout, wish).await?;
    confirm(shop, &thanks).await
}

/// The page of what is wanted, with a form to buy it.
async fn for_sale(browser: &Browser, home: &Page, wanted: &Wanted) -> Result<Page, Refusal> {
    let mut products = home.links_below(PRODUCTS);
    if let Wanted::Product(id) = wanted {
        products.retain(|url| url.path().strip_prefix(PRODUCTS) == Some(id));
    }
    let seen = products.len();
    let mut last = None;
    for url in products.into_iter().take(LOOKED_AT) {
        let page = browser.open(At::Products, &url).await?;
        if page.form_to(BASKET).is_some() {
            return Ok(page);
        }
        last = Some(page);
    }
    Err(match (wanted, last) {
        (Wanted::Product(_), Some(page)) => nothing_for_sale(&page),
        (Wanted::Product(id), None) => {
            let message = format!("the shop's front page shows no product '{id}'");
            Refusal::ours(At::Products, code::NOTHING_FOR_SALE, message)
        }
        (Wanted::First, _) => {
            let message =
                format!("the shop shows {seen} products and none can be bought; publish one with a price and stock");
            Refusal::ours(At::Products, code::NOTHING_FOR_SALE, message)
        }
    })
}

/// Fills the form in and presses its button, again where the shop asks the customer to look once more.
async fn check_out(browser: &Browser, checkout: Page, wish: Wish<'_>) -> Result<Page, Refusal> {
    let mut page = checkout;
    for _ in 0..CHECKOUTS {
        let form = page.form_to(CHECKOUT).ok_or_else(|| no_way_on(At::Checkout, &page))?;
        let answer = sent(browser, At::Checkout, &page, form, wish).await?;
        if answer.url.path().starts_with(ORDERS) {
            return accepted(At::Confirmation, answer);
        }
        // The form again, because something has changed since it was shown.
        if answer.status != StatusCode::CONFLICT {
            return Err(refused(At::Checkout, &answer));
        }
        page = answer;
    }
    Err(refused(At::Checkout, &page))
}

async fn sent(browser: &Browser, at: At, page: &Page, form: &Form, wish: Wish<'_>) -> Result<Page, Refusal> {
    let entries = form.fill(wish).map_err(|why| Refusal::ours(At::Address, code::NO_WAY_ON, why))?;
    browser.send(at, page, form, &entries).await
}

/// What the customer was told, against what the shop has of it.
async fn confirm(shop: &Shop, thanks: &Page) -> Result<Receipt, Refusal> {
    let told = |what: &str| {
        thanks.document.datum(what).ok_or_else(|| {
            let message = format!("{} names no {what}: {}", thanks.url.path(), thanks.says());
            Refusal::ours(At::Confirmation, code::ORDER_MISSING, message)
        })
    };
    let (id, number) = (told("order")?, told("number")?);
    let receipt = guest::confirm(&Http::new(shop)?, shop_key(shop)?, id).await?;
    if receipt.order_number != number {
        let message = format!("the customer was told order {number}, the shop knows it as {}", receipt.order_number);
        return Err(Refusal::ours(At::Confirmation, code::ORDER_DIFFERS, message));
    }
    Ok(receipt)
}

/// A page that says what is wrong (`role="alert"`) is a refusal, whatever its status.
fn accepted(at: At, page: Page) -> Result<Page, Refusal> {
    if page.status.is_success() && page.document.alert.is_empty() { Ok(page) } else { Err(refused(at, &page)) }
}

fn refused(at: At, page: &Page) -> Refusal {
    let message = format!("{} says: {}", page.url.path(), page.says());
    Refusal { status: Some(page.status.as_u16()), ..Refusal::ours(at, code::NOT_COMPLETED, message) }
}

fn nothing_for_sale(product: &Page) -> Refusal {
    let message = format!("{} can't be bought: {}", product.url.path(), product.says());
    Refusal::ours(At::Products, code::NOTHING_FOR_SALE, message)
}

fn no_way_on(at: At, page: &Page) -> Refusal {
    let message = format!("{} leads no further: {}", page.url.path(), page.says());
    Refusal::ours(at, code::NO_WAY_ON, message)
}
