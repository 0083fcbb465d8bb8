//! A store whose images were pulled.

use anyhow::{Context as _, Result, ensure};
use e2e::{NAMESPACE, PROVISIONER, alone, purchase};
use serde_json::Value;
use shopper::Order;
use store_model::Engine;

#[tokio::test]
async fn a_store_sells_from_images_that_a_registry_served() -> Result<()> {
    alone(async |scene| {
        let registry = scene.world.registry.clone().context("E2E_REGISTRY is not set: run by `cargo xtask test`")?;
        let request = scene.request("foreign", Engine::Woocommerce).await?;
        let store = scene.create(&request, None).await?;
        store.ready().await?;
        let keys = store.keys().await?;
        purchase::buy(&store, &keys, &Order::first(purchase::customer("abroad"))).await?;

        let kubectl = &scene.world.kubectl;
        let namespace = store.namespace();
        for (namespace, least) in [(namespace.as_str(), 2), (NAMESPACE, 1)] {
            let pods = kubectl.items(&["get", "pods", "--namespace", namespace]).await?;
            let images: Vec<&str> = pods.iter().flat_map(images).collect();
            ensure!(images.len() >= least, "containers in {namespace}: {images:?}");
            for image in images {
                ensure!(image.starts_with(&format!("{registry}/")), "{image} is not from {registry}");
            }
        }
        // The kubelet says so itself: it pulled, it did not find them lying there.
        let events =
            kubectl.items(&["get", "events", "--namespace", &namespace, "--field-selector=reason=Pulled"]).await?;
        let pulled = |name: &str| {
            events.iter().filter_map(|event| event["message"].as_str()).any(|message| {
                message.starts_with("Successfully pulled image")
                    && message.contains(&format!("{registry}/"))
                    && message.contains(name)
            })
        };
        for name in ["store-platform/mysql", "store-platform/woocommerce"] {
            ensure!(pulled(name), "{name} was not pulled: {events:?}");
        }
        let deployment = kubectl.json(&["get", "deployment", PROVISIONER, "--namespace", NAMESPACE]).await?;
        let provisioner = deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap_or_default();
        ensure!(provisioner.starts_with(&format!("{registry}/")), "the provisioner comes from {provisioner}");
        Ok(())
    })
    .await
}

fn images(pod: &Value) -> Vec<&str> {
    let containers = pod["spec"]["containers"].as_array().map(Vec::as_slice).unwrap_or_default();
    containers.iter().filter_map(|container| container["image"].as_str()).collect()
}
