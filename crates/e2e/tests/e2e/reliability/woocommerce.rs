//! A WooCommerce store from its first second: Helm killed under its install, its MySQL under a checkout.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use e2e::snapshot::{Containers, Secrets, release_state};
use e2e::{Process, Provisioner, Scene, Store, alone, purchase};
use shopper::Order;
use store_model::Engine;
use tokio::time::{Instant, sleep};

use super::{Before, mysql, only_these_restarted};

const SOON: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(2);
/// Helm writes down that it begins, and then some twenty objects, each by a request of its own.
const STEP: Duration = Duration::from_millis(10);

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
    let helm = helm_in_an_install(&provisioner, &store).await?;
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

/// The Helm that installs the store, standing still after it has written down that it began. It is through in a fraction
/// of a second, so it is let go by small steps, and looked at after each.
async fn helm_in_an_install(provisioner: &Provisioner, store: &Store) -> Result<Process> {
    let deadline = Instant::now() + SOON;
    let helm = loop {
        match provisioner.helm_of(store)? {
            Some(helm) => break helm,
            None if Instant::now() > deadline => bail!("no Helm came to install the store"),
            None => sleep(LOOK).await,
        }
    };
    loop {
        helm.pause().await.context("Helm ended before it could be stopped in its install")?;
        match release_state(store).await?.as_str() {
            "" => {}
            "pending-install" => return Ok(helm),
            state => bail!("Helm took the store's release to {state} in one step"),
        }
        helm.go_on().await?;
        sleep(STEP).await;
    }
}
