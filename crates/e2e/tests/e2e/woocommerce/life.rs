//! From the first second to the day after a restart.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use e2e::{Keys, PIXEL, Store, beside_others, purchase, ready, restart};
use serde_json::json;
use shopper::{Customer, Order};
use store_model::{Engine, Phase};

use super::hidden_proof;
use super::installer::Intruder;
use super::owner::Owner;

#[tokio::test]
async fn a_store_sells_and_a_restart_of_every_pod_loses_nothing() -> Result<()> {
    beside_others(async |scene| {
        let request = scene.request("life", Engine::Woocommerce).await?;
        let intruder = Intruder::start(&scene.world, &format!("{}.{}", request.name, scene.world.base_domain))?;
        let key = unique_key()?;
        let store = scene.create(&request, Some(&key)).await?;
        let repeated = scene.world.client.store_create(&request, Some(&key)).await?;
        assert_eq!(repeated.id, store.view.id, "the same key and body mean the same store");

        let view = store.ready().await?;
        ready::says_what_it_sold(&view)?;
        ready::steps_in_order(&store, &view).await?;
        let report = intruder.give_up().await?;
        report.check()?;

        let keys = store.keys().await?;
        let first = purchase::buy(&store, &keys, &Order::first(Customer::example())).await?;
        let proof = view.proof.as_ref().context("the proof")?;
        hidden_proof::check(&store, &keys, proof, &[&first]).await?;

        let product = create_product(&store, &keys).await?;
        let owner = Owner::log_in(&store, &keys.credentials).await?;
        let upload = owner.upload("pixel.png", "image/png", PIXEL).await?;

        restart::every_pod(&store).await?;

        owner.is_in().await.context("the log-in session from before the restart")?;
        upload.is_there(&store.visitor()?).await.context("the upload from before the restart")?;
        purchase::owner_sees(&store, &keys, &first).await.context("the order from before the restart")?;
        let order = Order::product(product, Customer::example());
        let second = purchase::buy(&store, &keys, &order).await.context("the product from before the restart")?;
        assert_ne!(second.order_id, first.order_id);
        assert_eq!(store.ready().await?.phase, Phase::Ready);
        Ok(())
    })
    .await
}

fn unique_key() -> Result<String> {
    Ok(format!("e2e-{}-{}", std::process::id(), SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos()))
}

async fn create_product(store: &Store, keys: &Keys) -> Result<String> {
    let product = json!({ "name": "A cup that outlives its shelf", "regular_price": "12.50", "sku": "e2e-cup" });
    let page = store.admin_post(keys, "/wp-json/wc/v3/products", &product).await?;
    Ok(page.expect(201)?.json()?["id"].to_string())
}
