//! The order that proved the store leaves no trace that a customer or the owner would meet.

use anyhow::{Context as _, Result, ensure};
use e2e::hidden::without;
use e2e::{Keys, Store, hidden};
use shopper::{PROOF_EMAIL, PROOF_SKU, Receipt};
use store_api::ProofView;

use super::guest::Guest;
use super::listed_orders;

/// What any visitor, or a search engine, looks at.
const PAGES: [&str; 2] = ["/", "/basket"];
/// With the word that finds the samples, so that an empty answer is not taken for a clean one.
const STORE_API: [&str; 4] = [
    "/store/products?limit=100&fields=*variants",
    "/store/products?limit=100&q=proof",
    "/store/products?limit=100&handle=store-platform-proof",
    "/store/product-categories?limit=100",
];
/// What the owner looks at.
const ADMIN_LISTS: [&str; 9] = [
    "/admin/products?limit=100&fields=*variants",
    "/admin/products?limit=100&q=proof",
    "/admin/product-variants?limit=100",
    "/admin/inventory-items?limit=100",
    "/admin/inventory-items?limit=100&q=proof",
    "/admin/customers?limit=100",
    "/admin/customers?limit=100&q=proof",
    "/admin/orders?limit=100&fields=*items,email",
    "/admin/reservations?limit=100&fields=*inventory_item",
];

/// `sold` are the orders of real customers: they, and nothing else, show.
pub async fn check(store: &Store, keys: &Keys, proof: &ProofView, sold: &[&Receipt]) -> Result<()> {
    let listed = listed_orders(store, keys).await?;
    let product = hidden::order_is_gone(store, keys, proof, sold, listed).await?;

    let traces = [PROOF_SKU, PROOF_EMAIL, product.name.as_str(), product.id.as_str()];
    let guest = Guest::of(store, keys)?;
    for path in STORE_API {
        without(&traces, &guest.get(path).await?.expect(200)?.text()).with_context(|| format!("on {path}"))?;
    }
    let all = guest.get(STORE_API[0]).await?.text();
    ensure!(all.contains("SAMPLE-MUG"), "the shop lists nothing at all: {all}");
    let direct = guest.get(&format!("/store/products/{}", product.id)).await?;
    assert_eq!(direct.status, 404, "the proof's product by its id: {}", direct.excerpt());

    let visitor = store.visitor()?;
    for path in PAGES {
        let page = visitor.open(path).await?;
        without(&traces, &page.expect(200)?.text()).with_context(|| format!("on {path}"))?;
    }
    let page = visitor.open(&format!("/products/{PROOF_SKU}")).await?;
    assert_eq!(page.status, 404, "the page of the proof's product: {}", page.excerpt());
    without(&[product.name.as_str()], &page.text())?;

    for path in ADMIN_LISTS {
        let list = store.admin_get(keys, path).await?;
        without(&traces, &list.to_string()).with_context(|| format!("on {path}"))?;
    }
    for (path, seen) in
        [(ADMIN_LISTS[2], "SAMPLE-MUG"), (ADMIN_LISTS[3], "SAMPLE-MUG"), (ADMIN_LISTS[5], "@example.com")]
    {
        let list = store.admin_get(keys, path).await?.to_string();
        ensure!(list.contains(seen), "{path} lists nothing at all: {list}");
    }
    Ok(())
}
