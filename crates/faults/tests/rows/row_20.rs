//! Upgrades never make new credentials: the chart refers to Secrets and holds none.

use std::path::Path;

use anyhow::{Result, ensure};
use faults::invariants;
use faults::programs::repository;
use faults::scene::{Kind, Scene, play};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const UPGRADES: usize = 10;

#[test]
fn row_20_ten_upgrades_leave_the_credentials_alone() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        let before = service.client.store_credentials(&store.id).await?;
        let namespace = format!("store-{}", store.id);
        let chart = repository("helm-charts/store-instance").display().to_string();
        let values =
            helm(scene, &["get", "values", &namespace, "--namespace", &namespace, "--output", "json"], b"").await?;
        let render = ["template", &namespace, &chart, "--namespace", &namespace, "--values", "-"];
        let first = helm(scene, &render, &values).await?;
        for _ in 0..2 {
            ensure!(helm(scene, &render, &values).await? == first, "the same values render to other bytes");
        }
        for _ in 0..UPGRADES {
            let upgrade = ["upgrade", &namespace, &chart, "--namespace", &namespace, "--values", "-"];
            helm(scene, &upgrade, &values).await?;
        }
        let releases = invariants::releases(scene.plane, &namespace).await?;
        ensure!(releases.len() > UPGRADES.min(9), "only {} revisions: nothing was upgraded", releases.len());
        // The recorder has seen every content in between as well; it speaks at the end.
        ensure!(service.client.store_credentials(&store.id).await? == before, "the credentials are others");
        Ok(())
    })
}

async fn helm(scene: &Scene, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut helm = Command::new(&scene.settings.programs.helm);
    helm.args(arguments).env("KUBECONFIG", &scene.settings.kubeconfig).current_dir(Path::new("/"));
    helm.env("HELM_CACHE_HOME", scene.directory().join("helm/cache"));
    helm.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = helm.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input).await?;
    }
    let ended = child.wait_with_output().await?;
    ensure!(ended.status.success(), "helm {arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    Ok(ended.stdout)
}
