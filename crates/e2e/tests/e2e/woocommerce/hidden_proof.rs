//! The order that proved the store leaves no trace that a customer or the owner would meet.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::hidden::without;
use e2e::{Keys, Store, hidden};
use serde_json::Value;
use shopper::{PROOF_EMAIL, PROOF_SKU, Receipt};
use store_api::ProofView;

use super::listed_orders;

/// What any visitor, or a search engine, looks at.
const PAGES: [&str; 7] = [
    "/",
    "/shop/",
    "/shop/feed/",
    "/?s=proof",
    "/?s=proof&post_type=product",
    "/?s=store-platform-proof&post_type=product",
    "/wp-sitemap-posts-product-1.xml",
];
const STORE_API: [&str; 3] = [
    "/wp-json/wc/store/v1/products?per_page=100",
    "/wp-json/wc/store/v1/products?per_page=100&search=proof",
    "/wp-json/wc/store/v1/products?per_page=100&sku=store-platform-proof",
];
/// What the owner looks at.
const ADMIN_LISTS: [&str; 8] = [
    "/wp-json/wc/v3/customers?per_page=100&role=all",
    "/wp-json/wc/v3/orders?per_page=100&status=trash",
    "/wp-json/wc/v3/reports/top_sellers?period=year",
    "/wp-json/wc-analytics/reports/orders?per_page=100",
    "/wp-json/wc-analytics/reports/products?per_page=100",
    "/wp-json/wc-analytics/reports/customers?per_page=100",
    "/wp-json/wc-analytics/customers?per_page=100",
    "/wp-json/wp/v2/search?search=proof&per_page=100",
];
const CRON: Duration = Duration::from_mins(3);

/// `sold` are the orders of real customers: they, and nothing else, show.
pub async fn check(store: &Store, keys: &Keys, proof: &ProofView, sold: &[&Receipt]) -> Result<()> {
    let listed = listed_orders(store, keys).await?;
    let product = hidden::order_is_gone(store, keys, proof, sold, listed).await?;
    let totals = store.admin_get(keys, "/wp-json/wc/v3/reports/orders/totals").await?;
    let counted = totals.as_array().context("a list of totals")?.iter().filter_map(|total| total["total"].as_u64());
    assert_eq!(counted.sum::<u64>(), sold.len() as u64, "orders counted by the report: {totals}");

    let traces = [PROOF_SKU, PROOF_EMAIL, product.name.as_str()];
    let visitor = store.visitor()?;
    for path in PAGES {
        let page = visitor.open(path).await?;
        page.expect(200)?;
        // A search page shows the visitor's own words again.
        let found: Vec<&str> = traces.into_iter().filter(|trace| !path.contains(trace)).collect();
        without(&found, &page.text()).with_context(|| format!("on {path}"))?;
    }
    for path in STORE_API {
        let products = visitor.open(path).await?.expect(200)?.json()?;
        let ids: Vec<String> = ids(&products)?;
        ensure!(!ids.contains(&product.id), "{path} lists the proof's product");
        ensure!(path.contains("search") || path.contains("sku") || !ids.is_empty(), "{path} lists nothing at all");
    }
    // Reports are filled in the background.
    run_cron(store).await?;
    for path in ADMIN_LISTS {
        let list = store.admin_get(keys, path).await?;
        without(&traces, &list.to_string()).with_context(|| format!("on {path}"))?;
    }
    let reported = store.admin_get(keys, "/wp-json/wc-analytics/reports/orders?per_page=100").await?;
    for row in reported.as_array().context("a list of reported orders")? {
        let id = row["order_id"].to_string();
        ensure!(
            sold.iter().any(|receipt| receipt.order_id == id),
            "the report shows order {id}, which no customer placed"
        );
    }
    Ok(())
}

/// The store's cron, now and not at its next minute; it must end well.
async fn run_cron(store: &Store) -> Result<()> {
    let namespace = store.scope();
    let kubectl = &store.world.kubectl;
    kubectl.ask(&["create", "job", "cron-now", "--from=cronjob/wordpress-cron", &namespace]).await?;
    let ended = |jobs: &[Value]| {
        let conditions = jobs.first()?["status"]["conditions"].as_array()?;
        let is = |kind: &str| conditions.iter().any(|c| c["type"] == kind && c["status"] == "True");
        (is("Complete") || is("Failed")).then(|| is("Complete"))
    };
    let well = kubectl.until(&["job", "cron-now", &namespace], CRON, ended).await.context("run the store's cron")?;
    ensure!(well, "the store's cron failed: {}", kubectl.tell(&["logs", "job/cron-now", &namespace]).await);
    kubectl.ask(&["delete", "job", "cron-now", &namespace]).await?;
    Ok(())
}

fn ids(list: &Value) -> Result<Vec<String>> {
    Ok(list.as_array().context("a list")?.iter().map(|item| item["id"].to_string()).collect())
}
