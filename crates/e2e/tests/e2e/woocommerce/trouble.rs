//! An image that can't be fetched: named within a minute, cured, tried again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::{Scene, Store, alone};
use serde_json::{Value, json};
use store_model::{Engine, Phase, ReasonCode};

/// At a registry that refuses the connection at once: the answer does not depend on the machine's network.
const MISSING: &str = "127.0.0.1:1/store-platform/woocommerce:missing";
const A_MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_missing_image_is_named_within_a_minute_and_a_retry_after_the_cure_succeeds() -> Result<()> {
    alone(async |scene| {
        let request = scene.request("no-image", Engine::Woocommerce).await?;
        let mut broken = scene.world.helm.platform_values().await?;
        broken["provisioner"]["storeDefaults"]["images"]["woocommerce"] = json!(MISSING);
        let store = scene
            .with_platform(&broken, async || {
                let begin = Instant::now();
                let store = scene.create(&request, Some("no-image")).await?;
                fails_for_its_image(&store, begin).await?;
                Ok(store)
            })
            .await?;
        it_says_so_again(&store).await?;
        cured(scene, &store).await
    })
    .await
}

async fn fails_for_its_image(store: &Store, begin: Instant) -> Result<()> {
    let view = store.until(A_MINUTE, |view| matches!(view.phase, Phase::Failed | Phase::Ready)).await?;
    assert_eq!(view.phase, Phase::Failed);
    let reason = view.reason.context("a failed store has a reason")?;
    assert_eq!(reason.code, ReasonCode::ImagePull, "{reason:?}");
    ensure!(reason.detail.contains(MISSING), "names the image: {reason:?}");
    ensure!(!reason.message.is_empty() && !reason.cure.is_empty(), "says what to do: {reason:?}");
    ensure!(begin.elapsed() <= A_MINUTE, "it took {:?}", begin.elapsed());
    Ok(())
}

/// The platform was rolled out anew; a failed store does not go on by itself and keeps its reason.
async fn it_says_so_again(store: &Store) -> Result<()> {
    let view = store.look().await?;
    assert_eq!(view.phase, Phase::Failed);
    assert_eq!(view.reason.map(|reason| reason.code), Some(ReasonCode::ImagePull));
    Ok(())
}

async fn cured(scene: &Scene, store: &Store) -> Result<()> {
    let namespace = format!("--namespace={}", store.namespace());
    let secrets = ["get", "secrets", "database-credentials", "app-credentials", &namespace];
    let before = scene.world.kubectl.items(&secrets).await?;
    scene.world.client.store_retry(store.id()).await?;
    store.until(A_MINUTE, |view| view.phase != Phase::Failed).await?;
    store.ready().await?;
    let after = scene.world.kubectl.items(&secrets).await?;
    let uids = |secrets: &[Value]| secrets.iter().map(|secret| secret["metadata"]["uid"].clone()).collect::<Vec<_>>();
    assert_eq!(uids(&before), uids(&after), "a retry makes no new credentials");
    Ok(())
}
