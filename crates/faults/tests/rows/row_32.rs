//! The platform is upgraded under stores that live: another chart and another program, and nothing happens to them.

use anyhow::{Result, ensure};
use faults::scene::{Kind, Scene, play};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::Api;

use crate::chart;

#[test]
fn row_32_an_upgrade_leaves_living_stores_alone() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let old = scene.start().await?;
        let mut stores = Vec::new();
        for nth in 0..3 {
            let store = scene.create(&old, &format!("cups{nth}")).await?;
            scene.ready(&old, &store.id).await?;
            stores.push(store);
        }
        old.terminate().await?;
        let before = generations(scene, &stores).await?;

        // The next release's chart has one more object, and its mark is another.
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: of-the-next-release\n  labels:\n    {{- include \"store-engine.labels\" . | nindent 4 }}\n";
        let chart = chart::with_template(scene.directory(), object)?;
        let mark = scene.proxy.mark();
        let new = scene.start_with(&scene.settings.env("HELM_CHART_PATH", chart.display().to_string())).await?;
        // One store more, by the new chart: whatever a start does has been done by then.
        let next = scene.create(&new, "next").await?;
        scene.ready(&new, &next.id).await?;
        let of_next = format!("store-{}", next.id);
        let calls = scene.proxy.calls().split_off(mark);
        let helms = calls.iter().filter(|call| call.is_helms() && call.release.as_deref() != Some(&of_next)).count();
        ensure!(helms == 0, "helm ran for a store that lives");
        let written =
            calls.iter().filter(|call| call.is_write() && stores.iter().any(|store| call.path.contains(&store.id)));
        ensure!(written.count() == 0, "a store that lives was written to");
        for store in &stores {
            scene.ready(&new, &store.id).await?;
            scene.one_release(&store.id).await?;
        }
        ensure!(generations(scene, &stores).await? == before, "a store was rolled");
        Ok(())
    })
}

async fn generations(scene: &Scene, stores: &[store_api::StoreView]) -> Result<Vec<Option<i64>>> {
    let mut generations = Vec::new();
    for store in stores {
        let deployments: Api<Deployment> = Api::namespaced(scene.plane.client.clone(), &format!("store-{}", store.id));
        generations.push(deployments.get("wordpress").await?.metadata.generation);
    }
    Ok(generations)
}
