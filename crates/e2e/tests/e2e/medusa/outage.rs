//! The database away, then Valkey: readiness says which, customers get a page that says so, and the shop comes back by
//! itself.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::restart::is_ready;
use e2e::{Keys, Page, Store, purchase};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use shopper::{Customer, Order};

const SOON: Duration = Duration::from_mins(2);
/// What the shop asks of itself, from inside its pod: not ready, it is not asked from outside.
const ASK: &str = "fetch('http://127.0.0.1:9000/healthz/ready').then(async (answer) => \
                   console.log(answer.status, await answer.text()))";
const PAGES: [&str; 2] = ["/", "/products/stoneware-mug"];

/// The store as it was afterwards. `meanwhile` runs in the middle of each outage.
pub async fn each_in_turn(store: &Store, keys: &Keys, meanwhile: impl AsyncFn() -> Result<()>) -> Result<()> {
    for (workload, named) in [("statefulset/postgres", "database"), ("deployment/valkey", "valkey")] {
        let kubectl = &store.world.kubectl;
        kubectl.ask(&["scale", workload, "--replicas=0", &store.scope()]).await?;
        away(store, named).await.with_context(|| format!("while {workload} is away"))?;
        meanwhile().await.with_context(|| format!("elsewhere, while {workload} is away"))?;
        kubectl.ask(&["scale", workload, "--replicas=1", &store.scope()]).await?;
        back(store, keys).await.with_context(|| format!("once {workload} is back"))?;
    }
    Ok(())
}

async fn away(store: &Store, named: &str) -> Result<()> {
    let kubectl = &store.world.kubectl;
    let pods = ["pods", &store.scope(), "--selector=app.kubernetes.io/name=medusa"];
    let not_ready = |pods: &[Value]| pods.iter().all(|pod| !is_ready(pod)).then_some(());
    kubectl.until(&pods, SOON, not_ready).await.context("wait for the shop to say that it is not ready")?;
    let said = kubectl
        .ask(&["exec", "deployment/medusa", &store.scope(), "--container=medusa", "--", "node", "-e", ASK])
        .await?;
    ensure!(said.starts_with("503") && said.contains(&format!("{named}:")), "readiness says {said:?}");
    let alive = kubectl.items(&[&["get"], &pods[..]].concat()).await?;
    let restarts = alive.first().map(|pod| pod["status"]["containerStatuses"][0]["restartCount"].clone());
    assert_eq!(restarts, Some(Value::from(0)), "the shop was restarted for what it can't help");

    let visitor = store.visitor()?;
    for path in PAGES {
        designed(&visitor.until(path, 503, SOON).await?).with_context(|| format!("on {path}"))?;
    }
    visitor.until("/store/regions", 503, SOON).await.context("the shop's API")?;
    Ok(())
}

/// A page of the shop's own, with a name for what is wrong, and when to come again.
fn designed(page: &Page) -> Result<()> {
    let kind = page.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ensure!(kind.starts_with("text/html"), "not a page but {kind}: {}", page.excerpt());
    let text = page.text();
    ensure!(text.contains("<main") && text.contains("<h1"), "not a page of the shop: {}", page.excerpt());
    let seconds = page.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    ensure!(seconds.is_some_and(|seconds| seconds > 0), "does not say when to come again: {:?}", page.headers);
    for inside in ["no healthy upstream", "ECONNREFUSED", "medusa:9000", "upstream connect error"] {
        ensure!(!text.contains(inside), "shows its insides: {}", page.excerpt());
    }
    Ok(())
}

async fn back(store: &Store, keys: &Keys) -> Result<()> {
    let visitor = store.visitor()?;
    visitor.until("/products/stoneware-mug", 200, SOON).await?;
    visitor.until("/healthz-of-nobody", 404, SOON).await.context("a page that there is not")?;
    purchase::buy(store, keys, &Order::first(Customer::example())).await.map(drop)
}
