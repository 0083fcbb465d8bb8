//! From the first second over the day after a restart to the last.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{Footprint, Keys, PIXEL, Store, beside_others, purchase, ready, restart};
use serde_json::json;
use shopper::{Customer, Order};
use store_model::{Engine, Phase};

use super::guest::text;
use super::owner::Owner;
use super::{hidden_proof, refusals};

const ROUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_store_sells_refuses_clearly_survives_a_restart_of_every_pod_and_leaves_nothing() -> Result<()> {
    beside_others(async |scene| {
        let request = scene.request("medusa-life", Engine::Medusa).await?;
        let store = scene.create(&request, None).await?;
        let view = store.ready().await?;
        ready::says_what_it_sold(&view)?;
        ready::steps_in_order(&store, &view).await?;

        let keys = store.keys().await?;
        let first = purchase::buy(&store, &keys, &Order::first(Customer::example())).await?;
        let by_api = purchase::buy_by_api(&store, &keys, &Order::first(purchase::customer("by-api"))).await?;
        let proof = view.proof.as_ref().context("the proof")?;
        hidden_proof::check(&store, &keys, proof, &[&first, &by_api]).await?;
        refusals::by_the_api(&store, &keys).await?;
        refusals::by_the_pages(&store, &keys).await?;

        let product = create_product(&store, &keys).await?;
        let owner = Owner::log_in(&store, &keys.credentials, &store.url()?).await?;
        let upload = owner.upload("pixel.png", "image/png", PIXEL).await?;
        if store.world.http_port.is_some() {
            let plain = store.world.address("http", &store.view.host)?;
            Owner::log_in(&store, &keys.credentials, &plain).await.context("log in over plain http")?;
        }

        restart::every_pod(&store).await?;
        store.visitor()?.until("/", 200, ROUTE).await.context("the shop after the restart")?;

        let again = store.keys().await?;
        ensure!(again.credentials.keys == keys.credentials.keys, "the keys changed with the restart");
        Owner::log_in(&store, &keys.credentials, &store.url()?).await.context("the log-in after the restart")?;
        upload.is_there(&store.visitor()?).await.context("the upload from before the restart")?;
        purchase::owner_sees(&store, &keys, &first).await.context("the order from before the restart")?;
        let order = Order::product(product, Customer::example());
        // With the publishable key from before the restart.
        let second =
            purchase::buy_by_api(&store, &keys, &order).await.context("the product from before the restart")?;
        assert_ne!(second.order_id, first.order_id);
        purchase::buy(&store, &keys, &Order::first(Customer::example())).await.context("by the pages, again")?;
        assert_eq!(store.ready().await?.phase, Phase::Ready);

        let footprint = Footprint::of(&store).await?;
        let view = store.delete().await?;
        footprint.is_gone(&view).await
    })
    .await
}

async fn create_product(store: &Store, keys: &Keys) -> Result<String> {
    let channels = store.admin_get(keys, "/admin/sales-channels?name=Online%20shop&fields=id").await?;
    let profiles = store.admin_get(keys, "/admin/shipping-profiles?type=default&fields=id").await?;
    let product = json!({
        "title": "A cup that outlives its shelf",
        "status": "published",
        "shipping_profile_id": text(&profiles["shipping_profiles"][0]["id"])?,
        "sales_channels": [{ "id": text(&channels["sales_channels"][0]["id"])? }],
        "options": [{ "title": "Size", "values": ["One"] }],
        "variants": [{
            "title": "One",
            "sku": "e2e-cup",
            "manage_inventory": false,
            "options": { "Size": "One" },
            "prices": [{ "currency_code": "eur", "amount": 12.5 }],
        }],
    });
    let page = store.admin_post(keys, "/admin/products", &product).await?;
    text(&page.expect(200)?.json()?["product"]["id"])
}
