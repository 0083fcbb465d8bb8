//! What can't be sold is refused in words that a shopper, or who writes their storefront, can act on.

use anyhow::{Context as _, Result, ensure};
use e2e::{Keys, Page, Store, open};
use serde_json::json;

use super::guest::Guest;
use super::listed_orders;

/// A sample of which there are none left.
const SOLD_OUT: &str = "SAMPLE-CANDLE-80";
const IN_STOCK: &str = "SAMPLE-MUG";
const NO_REGION: &str = "reg_01NOWHERE";

/// None of it makes an order.
pub async fn by_the_api(store: &Store, keys: &Keys) -> Result<()> {
    let before = listed_orders(store, keys).await?;
    wrong_key(store, keys).await?;
    let guest = Guest::of(store, keys)?;
    let region = guest.region().await?;
    empty_basket(&guest, &region).await?;
    sold_out(&guest, &region).await?;
    unknown_region(&guest).await?;
    assert_eq!(listed_orders(store, keys).await?, before, "orders after nothing but refusals");
    Ok(())
}

/// The same at the storefront's pages, where there is no key and no region to get wrong: but a country.
pub async fn by_the_pages(store: &Store, keys: &Keys) -> Result<()> {
    let before = listed_orders(store, keys).await?;
    let guest = Guest::of(store, keys)?;
    let region = guest.region().await?;
    let visitor = store.visitor()?;

    // Nothing in the basket: its page says so, and the checkout leads there.
    let empty = visitor.open("/basket").await?;
    ensure!(!empty.expect(200)?.text().contains("href=\"/checkout\""), "an empty basket leads to the checkout");
    leads_to(&visitor.open("/checkout").await?, "/basket")?;
    leads_to(&open(visitor.post("/checkout")?.form(&address("de"))).await?, "/basket")
        .context("an order of nothing")?;

    let none = guest.variant(&region, SOLD_OUT).await?;
    let put = async |variant: &str, quantity: &str, product: &str| {
        open(visitor.post("/basket/items")?.form(&[("variant", variant), ("quantity", quantity), ("product", product)]))
            .await
    };
    let sold_out = put(&none, "1", "amber-candle").await?;
    leads_to(&sold_out, "/products/amber-candle?notice=stock")?;
    let told = visitor.open("/products/amber-candle?notice=stock").await?;
    ensure!(told.expect(200)?.text().contains("role=\"alert\""), "says nothing of the stock: {}", told.excerpt());
    leads_to(&put("variant_01NOTHING", "1", "amber-candle").await?, "/products/amber-candle?notice=gone")?;

    let some = guest.variant(&region, IN_STOCK).await?;
    leads_to(&put(&some, "1", "stoneware-mug").await?, "/basket")?;
    ensure!(
        visitor.open("/basket").await?.text().contains("href=\"/checkout\""),
        "a basket does not lead to the checkout"
    );
    let nowhere = open(visitor.post("/checkout")?.form(&address("xx"))).await?;
    let text = nowhere.expect(422).context("an unknown country")?.text();
    ensure!(
        text.contains("aria-invalid=\"true\"") && text.contains("Torstra"),
        "no form with what was written: {text}"
    );

    let lost = visitor.open("/products/no-such-thing").await?;
    ensure!(lost.expect(404)?.text().contains("<h1"), "not a page of the shop: {}", lost.excerpt());
    assert_eq!(listed_orders(store, keys).await?, before, "orders after nothing but refusals");
    Ok(())
}

fn leads_to(page: &Page, place: &str) -> Result<()> {
    ensure!(
        page.expect(303)?.location() == Some(place),
        "{} leads to {:?} and not {place}",
        page.address,
        page.location()
    );
    Ok(())
}

fn address(country: &'static str) -> [(&'static str, &'static str); 9] {
    [
        ("email", "nowhere@example.com"),
        ("first_name", "Mara"),
        ("last_name", "Lindner"),
        ("address_1", "Torstraße 140"),
        ("postal_code", "10119"),
        ("city", "Berlin"),
        ("country", country),
        ("shipping", "so_01NONE"),
        ("seen", "1"),
    ]
}

async fn wrong_key(store: &Store, keys: &Keys) -> Result<()> {
    let other = format!("pk_{}", "0".repeat(64));
    // The owner's key is for the owner's door.
    let secret = keys.shown("secret-key")?;
    for key in [None, Some(other.as_str()), Some("nonsense"), Some(secret)] {
        let page = Guest::stranger(store, key)?.get("/store/products").await?;
        clear(&page, &["publishable"]).context("a wrong key")?;
    }
    Ok(())
}

async fn empty_basket(guest: &Guest, region: &str) -> Result<()> {
    let cart = guest.cart(region).await?;
    let page = guest.post(&format!("/store/carts/{cart}/complete"), &json!({})).await?;
    clear(&page, &["cart"]).context("an empty basket")
}

async fn sold_out(guest: &Guest, region: &str) -> Result<()> {
    let cart = guest.cart(region).await?;
    let line = |variant: &str, quantity: u32| json!({ "variant_id": variant, "quantity": quantity });
    let path = format!("/store/carts/{cart}/line-items");
    let none = guest.variant(region, SOLD_OUT).await?;
    let page = guest.post(&path, &line(&none, 1)).await?;
    clear(&page, &["inventory"]).context("a variant that is sold out")?;
    // More than there are is the same.
    let some = guest.variant(region, IN_STOCK).await?;
    clear(&guest.post(&path, &line(&some, 1000)).await?, &["inventory"]).context("more than there are")?;
    guest.post(&path, &line(&some, 1)).await?.expect(200).context("one of what there is")?;
    Ok(())
}

async fn unknown_region(guest: &Guest) -> Result<()> {
    let page = guest.post("/store/carts", &json!({ "region_id": NO_REGION })).await?;
    clear(&page, &["region"]).context("a cart in an unknown region")?;
    let page = guest.get(&format!("/store/regions/{NO_REGION}")).await?;
    clear(&page, &["region"]).context("an unknown region")
}

/// The caller's fault, said in JSON with a message that holds these words, and nothing of the program's insides.
fn clear(page: &Page, words: &[&str]) -> Result<()> {
    ensure!((400..500).contains(&page.status), "{} answered {}: {}", page.address, page.status, page.excerpt());
    let answer = page.json()?;
    let message = answer["message"].as_str().unwrap_or_default();
    for word in words {
        ensure!(message.to_lowercase().contains(&word.to_lowercase()), "does not speak of {word}: {answer}");
    }
    for inside in ["node_modules", "at async", "SELECT ", "select \""] {
        ensure!(!page.text().contains(inside), "shows its insides: {}", page.excerpt());
    }
    Ok(())
}
