//! A WooCommerce store from its first second: Helm killed under its install, its MySQL under a checkout.

use anyhow::{Context as _, Result};
use e2e::snapshot::{Containers, Secrets, release_state};
use e2e::{Provisioner, Scene, Store, alone, purchase};
use shopper::Order;
use store_model::Engine;
use tokio::time::Instant;

use super::{Before, mysql, only_these_restarted};

#[tokio::test]
async fn helm_killed_in_an_install_and_mysql_in_a_checkout_cost_nobody_an_order() -> Result<()> {
    alone(async |scene| {
        let store = helm_killed_in_an_install(scene).await.context("Helm killed in an install")?;
        let before = Before::of(store).await?;
        mysql::killed_in_a_checkout(&scene.world, &before).await.context("MySQL killed in a checkout")
    })
    .await
}

/// The provisioner lives on, sees what its Helm left, and installs the store with the credentials that it has.
async fn helm_killed_in_an_install(scene: &Scene) -> Result<Store> {
    let world = &scene.world;
    let provisioner = Provisioner::find(world).await?;
    let containers = Containers::of(world).await?;
    let request = scene.request("helm-killed", Engine::Woocommerce).await?;
    let store = scene.create(&request, None).await?;
    let helm = provisioner.hold_helm(&store, "", "pending-install").await?;
    let credentials = Secrets::credentials_of(&store).await?;
    helm.kill().await?;
    let struck = Instant::now();

    store.ready().await.context("after Helm was killed")?;
    eprintln!("helm: the store was ready {:.1} s after the kill", struck.elapsed().as_secs_f64());
    assert_eq!(release_state(&store).await?, "deployed", "the one release of the store");
    assert_eq!(Secrets::credentials_of(&store).await?, credentials, "the credentials");
    let keys = store.keys().await?;
    purchase::buy(&store, &keys, &Order::first(purchase::customer("first"))).await?;
    only_these_restarted(world, &containers, &[]).await?;
    Ok(store)
}
