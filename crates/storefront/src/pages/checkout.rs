//! The checkout: one page, as a guest.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::basket::{Row, Sums, open_cart, rows, sums_of};
use super::entries::{Entries, Entry, Flaw, Flaws};
use super::placing::{self, Outcome};
use super::problem::Trouble;
use super::{Frame, page, see};
use crate::backend::wire::{Cart, ShippingOption};
use crate::backend::{Fault, Placed};
use crate::cookies::{Basket, Orders};
use crate::id::Id;
use crate::shop::{Here, Shop};
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage<'a> {
    frame: Frame<'a>,
    contact: Vec<Field>,
    address: Vec<Field>,
    country: Field,
    countries: Vec<Choice>,
    shipping: Vec<Shipping>,
    shipping_flaw: Option<&'static str>,
    lines: Vec<Row>,
    sums: Sums,
    seen: String,
    /// Above everything: (field's id, its label, what is wrong).
    flaws: Vec<(String, &'static str, &'static str)>,
    problems: String,
    notice: Option<String>,
}

struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
    kind: &'static str,
    autocomplete: &'static str,
    wanted: bool,
    wide: bool,
    hint: Option<&'static str>,
    flaw: Option<&'static str>,
}

struct Choice {
    code: String,
    name: String,
    chosen: bool,
}

struct Shipping {
    id: String,
    name: String,
    hint: String,
    price: String,
    /// The sums say how much.
    plus_tax: bool,
    chosen: bool,
}

pub async fn get(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Result<Response, Trouble> {
    let Some(cart) = filled(open_cart(&shop, &headers).await?) else { return Ok(see("/basket")) };
    let entries = Entries::of(&cart);
    shown(&shop, cart, entries, StatusCode::OK, Flaws::new(), None).await
}

/// Keeps what was written so far, and has Medusa say what shipping costs there.
pub async fn update(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(entries): Form<Entries>,
) -> Result<Response, Trouble> {
    let Some(Basket { cart, count: _ }) = Basket::read(&headers) else { return Ok(see("/basket")) };
    let here = shop.here().await?;
    let kept = async {
        shop.backend.cart_guest(&cart, &entries.guest(&here.countries)).await?;
        let options = shop.backend.shipping_options(&cart).await?;
        let shipping = entries.value(Entry::Shipping);
        if options.iter().any(|option| option.id == shipping) {
            shop.backend.shipping_choose(&cart, shipping).await?;
        }
        Ok::<(), Fault>(())
    };
    match kept.await {
        Ok(()) => {}
        // The page shows what is kept; with a basket that is gone it leads to the basket's.
        Err(fault @ (Fault::Refused { .. } | Fault::Unknown)) => tracing::warn!(%fault, "a draft was not kept"),
        Err(fault @ Fault::Away(_)) => return Err(fault.into()),
    }
    Ok(see("/checkout"))
}

pub async fn place(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(entries): Form<Entries>,
) -> Result<Response, Trouble> {
    let Some(Basket { cart: id, count: _ }) = Basket::read(&headers) else { return Ok(see("/basket")) };
    let here = shop.here().await?;
    let guest = match entries.check(&here.countries) {
        Ok(guest) => guest,
        Err(flaws) => {
            let Some(cart) = filled(open_cart(&shop, &headers).await?) else { return Ok(see("/basket")) };
            return shown(&shop, cart, entries, StatusCode::UNPROCESSABLE_ENTITY, flaws, None).await;
        }
    };
    // On its own: a customer who goes away, or whose page takes too long, leaves a whole order or none.
    let placing = {
        let (shop, entries) = (Arc::clone(&shop), entries.clone());
        tokio::spawn(async move {
            // A double click's second request waits here, and finds the first one's order.
            let turn = shop.turn_of(&id);
            let _turn = turn.lock().await;
            placing::place(&shop, &id, &guest, entries.value(Entry::Shipping), entries.seen.trim()).await
        })
    };
    let outcome = placing.await.map_err(|error| Fault::Away(format!("placing an order: {error}")))??;
    match outcome {
        Outcome::Placed(placed) => placed_answer(&shop, &headers, placed),
        Outcome::Empty => Ok(see("/basket")),
        Outcome::SoldOut => Ok(see("/basket?notice=stock")),
        Outcome::NotShipped(cart) => {
            let flaws = vec![(Entry::Shipping, Flaw::NoShipping)];
            shown(&shop, cart, entries, StatusCode::UNPROCESSABLE_ENTITY, flaws, None).await
        }
        Outcome::OtherTotal(cart) => {
            let total = shop.prices(&cart.currency_code).show(&cart.totals.total);
            let notice = Some((shop.texts.notice_total)(&total));
            shown(&shop, cart, entries, StatusCode::CONFLICT, Flaws::new(), notice).await
        }
        Outcome::Refused(fault) => {
            tracing::warn!(%fault, "an order was refused");
            let Some(cart) = filled(open_cart(&shop, &headers).await?) else { return Ok(see("/basket")) };
            let notice = Some(shop.texts.notice_refused.to_owned());
            shown(&shop, cart, entries, StatusCode::UNPROCESSABLE_ENTITY, Flaws::new(), notice).await
        }
    }
}

/// The order that this browser's cart became, when its answer was lost on the way.
pub async fn lost_and_found(shop: &Shop, headers: &HeaderMap, cart: &Cart) -> Result<Response, Trouble> {
    let id = Id::parse(&cart.id).ok_or(Trouble::Bad)?;
    placed_answer(shop, headers, shop.backend.complete(&id).await?)
}

fn placed_answer(shop: &Shop, headers: &HeaderMap, placed: Placed) -> Result<Response, Trouble> {
    let Placed { id, display_id } = placed;
    let id = Id::parse(&id).ok_or_else(|| Fault::Away("an order with an id that is none".to_owned()))?;
    let mut response = see(&format!("/orders/{display_id}"));
    shop.jar().keep_orders(response.headers_mut(), &Orders::read(headers).with(display_id, id));
    shop.jar().drop_basket(response.headers_mut());
    Ok(response)
}

fn filled(cart: Option<Cart>) -> Option<Cart> {
    cart.filter(|cart| !cart.items.is_empty())
}

/// The page. A way to ship is chosen at once, so that the total is the whole one.
async fn shown(
    shop: &Shop,
    mut cart: Cart,
    entries: Entries,
    status: StatusCode,
    flaws: Flaws,
    notice: Option<String>,
) -> Result<Response, Trouble> {
    let here = shop.here().await?;
    let id = Id::parse(&cart.id).ok_or(Trouble::Bad)?;
    let options = shop.backend.shipping_options(&id).await?;
    let is_offered = |wanted: &str| options.iter().any(|option| option.id == wanted);
    if !cart.shipping().is_some_and(is_offered)
        && let Some(first) = options.first()
    {
        cart = shop.backend.shipping_choose(&id, &first.id).await?;
    }
    let wanted = entries.value(Entry::Shipping);
    let chosen = if is_offered(wanted) { wanted.to_owned() } else { cart.shipping().unwrap_or_default().to_owned() };
    Ok(page(status, &filled_in(shop, &here, &cart, &options, &chosen, &entries, &flaws, notice)))
}

#[expect(clippy::too_many_arguments, reason = "all that the page shows, and nothing else is made of it")]
fn filled_in<'a>(
    shop: &'a Shop,
    here: &Here,
    cart: &Cart,
    options: &[ShippingOption],
    chosen: &str,
    entries: &Entries,
    flaws: &Flaws,
    notice: Option<String>,
) -> CheckoutPage<'a> {
    let t = shop.texts;
    let prices = shop.prices(&cart.currency_code);
    let field = |entry: Entry| described(entry, entries, flaws, t);
    let country = Some(entries.value(Entry::Country).to_ascii_lowercase()).filter(|code| !code.is_empty());
    let country =
        country.or_else(|| cart.country().map(str::to_owned)).or_else(|| here.home.clone()).unwrap_or_default();
    let is_taxed = cart.totals.tax_total.as_f64().is_some_and(|tax| tax > 0.0);
    let shipping = |option: &ShippingOption| Shipping {
        chosen: option.id == chosen,
        id: option.id.clone(),
        name: option.name.clone(),
        hint: option.kind.as_ref().and_then(|kind| kind.description.clone()).unwrap_or_default(),
        plus_tax: is_taxed && !option.is_tax_inclusive,
        price: match &option.amount {
            Some(amount) if amount.as_f64() != Some(0.0) => prices.show(amount),
            Some(_) | None => t.free.to_owned(),
        },
    };
    CheckoutPage {
        frame: Frame::with_count(shop, cart.count()),
        contact: Entry::CONTACT.map(field).into(),
        address: Entry::ADDRESS.map(field).into(),
        country: field(Entry::Country),
        countries: here
            .countries
            .iter()
            .map(|(code, name)| Choice { chosen: *code == country, code: code.clone(), name: name.clone() })
            .collect(),
        shipping: options.iter().map(shipping).collect(),
        shipping_flaw: flaw_of(Entry::Shipping, flaws, t),
        lines: rows(&cart.items, &prices),
        sums: sums_of(&cart.totals, &prices),
        seen: cart.totals.total.to_string(),
        flaws: flaws
            .iter()
            .map(|(entry, flaw)| (format!("f-{}", entry.name()), entry.label(t), flaw.text(t)))
            .collect(),
        problems: (t.problems)(flaws.len()),
        notice,
    }
}

fn described(entry: Entry, entries: &Entries, flaws: &Flaws, t: &'static Texts) -> Field {
    Field {
        name: entry.name(),
        label: entry.label(t),
        value: entries.value(entry).to_owned(),
        kind: entry.kind(),
        autocomplete: entry.autocomplete(),
        wanted: entry.is_wanted(),
        wide: entry.is_wide(),
        hint: (entry == Entry::Email).then_some(t.email_hint),
        flaw: flaw_of(entry, flaws, t),
    }
}

fn flaw_of(entry: Entry, flaws: &Flaws, t: &Texts) -> Option<&'static str> {
    flaws.iter().find(|(each, _)| *each == entry).map(|(_, flaw)| flaw.text(t))
}
