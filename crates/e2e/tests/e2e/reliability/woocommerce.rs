//! A WooCommerce store from its first second: Helm killed under its install, its MySQL under a checkout.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use e2e::snapshot::{Containers, Secrets, release_state};
use e2e::{Provisioner, Scene, Store, alone, purchase};
use shopper::Order;
use store_model::Engine;

use super::{Before, mysql, only_these_restarted};

const SOON: Duration = Duration::from_mins(2);
/// Helm's install is over in less than a second; a kill that comes late is tried again with another store.
const TRIES: usize = 3;

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
    for number in 1..=TRIES {
        let request = scene.request(&format!("helm-killed-{number}"), Engine::Woocommerce).await?;
        let store = scene.create(&request, None).await?;
        let release = |name: &str| name.starts_with("secret/sh.helm.release.v1.");
        let secrets = ["secrets", &store.scope()];
        world.kubectl.first(&secrets, SOON, release).await.context("wait for Helm to start")?;
        let Some(helm) = provisioner.helm_of(&store)? else {
            eprintln!("Helm was through before it could be killed");
            continue;
        };
        // It may end by itself in this very moment; the record tells.
        let killed = helm.kill().await;
        let (struck, state) = (tokio::time::Instant::now(), release_state(&store).await?);
        if killed.is_err() || !state.starts_with("pending") {
            eprintln!("the kill came late: the release was {state} already");
            continue;
        }
        let credentials = Secrets::credentials_of(&store).await?;
        store.ready().await.context("after Helm was killed")?;
        eprintln!("helm: killed with the release {state:?}; ready after {:.1} s", struck.elapsed().as_secs_f64());
        assert_eq!(release_state(&store).await?, "deployed", "the one release of the store");
        assert_eq!(Secrets::credentials_of(&store).await?, credentials, "the credentials");
        let keys = store.keys().await?;
        purchase::buy(&store, &keys, &Order::first(purchase::customer("first"))).await?;
        only_these_restarted(world, &containers, &[]).await?;
        return Ok(store);
    }
    bail!("in {TRIES} tries the kill never hit an install that was going on")
}
