//! The provisioner, killed in the middle of an install, goes on by itself.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use e2e::snapshot::release_state;
use e2e::{Provisioner, Store, alone, walls};
use serde_json::Value;
use store_model::Engine;

const SOON: Duration = Duration::from_mins(2);
/// Helm's install is over in less than a second; a kill that comes late is tried again with another store.
const TRIES: usize = 3;

#[tokio::test]
async fn a_provisioner_killed_in_the_middle_of_an_install_goes_on_by_itself() -> Result<()> {
    alone(async |scene| {
        for number in 1..=TRIES {
            let request = scene.request(&format!("killed-{number}"), Engine::Woocommerce).await?;
            let victim = Provisioner::find(&scene.world).await?;
            let store = scene.create(&request, None).await?;
            let namespace = store.scope();
            let release = |name: &str| name.starts_with("secret/sh.helm.release.v1.");
            scene
                .world
                .kubectl
                .first(&["secrets", &namespace], SOON, release)
                .await
                .context("wait for Helm to start")?;
            victim.kill().await?;
            let state = release_state(&store).await?;
            let minted = walls::minted(&store).await?;
            let uids = secret_uids(&store).await?;
            victim.is_replaced(&scene.world).await?;

            store.ready().await.context("after the provisioner was killed")?;
            let releases = scene.world.helm.json(&["list", &namespace, "--all"]).await;
            let releases = match releases {
                Ok(releases) => releases,
                // Helm 4 lists every state without being asked.
                Err(_) => scene.world.helm.json(&["list", &namespace]).await?,
            };
            let releases = releases.as_array().cloned().unwrap_or_default();
            assert_eq!(releases.len(), 1, "releases of the store: {releases:?}");
            assert_eq!(releases.first().map(|release| &release["status"]), Some(&Value::from("deployed")));
            assert_eq!(uids, secret_uids(&store).await?, "the Secrets were made anew");
            ensure!(minted == walls::minted(&store).await?, "the credentials changed");
            if state.starts_with("pending") {
                return Ok(());
            }
            eprintln!("the kill came late: the release was {state} already");
        }
        bail!("in {TRIES} tries the kill never hit an install that was going on");
    })
    .await
}

async fn secret_uids(store: &Store) -> Result<Vec<Value>> {
    let secrets = ["get", "secrets", "database-credentials", "app-credentials", &store.scope()];
    let secrets = store.world.kubectl.items(&secrets).await?;
    Ok(secrets.iter().map(|secret| secret["metadata"]["uid"].clone()).collect())
}
