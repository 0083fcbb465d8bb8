//! The provisioner, killed in the middle of an install, goes on by itself.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use e2e::{NAMESPACE, PROVISIONER, Process, Scene, Store, alone, is_program, process_of, walls};
use serde_json::Value;
use store_model::Engine;

const SOON: Duration = Duration::from_mins(2);
/// Helm's install is over in less than a second; a kill that comes late is tried again with another store.
const TRIES: usize = 3;

#[tokio::test]
async fn a_provisioner_killed_in_the_middle_of_an_install_goes_on_by_itself() -> Result<()> {
    alone(async |scene| {
        ensure!(scene.world.embedded, "only on the embedded cluster are the provisioner's processes this machine's");
        for number in 1..=TRIES {
            let request = scene.request(&format!("killed-{number}"), Engine::Woocommerce).await?;
            let victim = Victim::find(scene).await?;
            let store = scene.create(&request, None).await?;
            let namespace = store.scope();
            let release = |name: &str| name.starts_with("secret/sh.helm.release.v1.");
            scene
                .world
                .kubectl
                .first(&["secrets", &namespace], SOON, release)
                .await
                .context("wait for Helm to start")?;
            victim.process.kill().await?;
            let state = release_state(&store).await?;
            let minted = walls::minted(&store).await?;
            let uids = secret_uids(&store).await?;
            victim.is_replaced(scene).await?;

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

/// The provisioner's process on this machine.
struct Victim {
    pod: String,
    restarts: u64,
    process: Process,
}

impl Victim {
    async fn find(scene: &Scene) -> Result<Victim> {
        let pod = provisioner_pod(scene).await?;
        let uid = pod["metadata"]["uid"].as_str().context("the pod's uid")?;
        Ok(Victim {
            pod: pod["metadata"]["name"].as_str().context("the pod's name")?.to_owned(),
            restarts: restarts(&pod),
            process: process_of(uid, |words| is_program(words, "provisioner"))?
                .with_context(|| format!("no process of pod {uid} runs the program provisioner"))?,
        })
    }

    /// The same pod, one restart later, and ready.
    async fn is_replaced(&self, scene: &Scene) -> Result<()> {
        let again = |pods: &[Value]| {
            let pod = pods.first()?;
            let ready = pod["status"]["containerStatuses"][0]["ready"] == true;
            (restarts(pod) > self.restarts && ready).then_some(())
        };
        let pod = ["pods", "--namespace", NAMESPACE, "--field-selector", &format!("metadata.name={}", self.pod)];
        scene.world.kubectl.until(&pod, SOON, again).await.context("wait for the provisioner's restart")
    }
}

async fn provisioner_pod(scene: &Scene) -> Result<Value> {
    let kubectl = &scene.world.kubectl;
    let deployment = kubectl.json(&["get", "deployment", PROVISIONER, "--namespace", NAMESPACE]).await?;
    let labels = deployment["spec"]["selector"]["matchLabels"].as_object().context("the Deployment's selector")?;
    let selector: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    let selector = format!("--selector={}", selector.join(","));
    let pods = kubectl.items(&["get", "pods", "--namespace", NAMESPACE, &selector]).await?;
    let mut running = pods
        .into_iter()
        .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null() && pod["status"]["phase"] == "Running");
    running.next().context("no provisioner runs")
}

fn restarts(pod: &Value) -> u64 {
    pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or_default()
}

/// Helm keeps a release's state as a label of its Secret.
async fn release_state(store: &Store) -> Result<String> {
    let secrets = ["get", "secrets", &store.scope(), "--selector=owner=helm"];
    let secrets = store.world.kubectl.items(&secrets).await?;
    let states: Vec<&str> =
        secrets.iter().filter_map(|secret| secret["metadata"]["labels"]["status"].as_str()).collect();
    Ok(states.join(","))
}

async fn secret_uids(store: &Store) -> Result<Vec<Value>> {
    let secrets = ["get", "secrets", "database-credentials", "app-credentials", &store.scope()];
    let secrets = store.world.kubectl.items(&secrets).await?;
    Ok(secrets.iter().map(|secret| secret["metadata"]["uid"].clone()).collect())
}
