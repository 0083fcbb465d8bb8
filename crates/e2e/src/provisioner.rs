//! The provisioner's process on this machine, and the Helm that it runs.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::snapshot::release_state;
use crate::{NAMESPACE, PROVISIONER, Process, Store, World, is_program, process_of};

const SOON: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(2);
/// Helm writes down that it begins, and then some twenty objects, each by a request of its own.
const STEP: Duration = Duration::from_millis(10);
const HELM_RUNS: &str = "store_platform_helm_runs_total";

pub struct Provisioner {
    pod: String,
    uid: String,
    restarts: u64,
    process: Process,
}

impl Provisioner {
    pub async fn find(world: &World) -> Result<Provisioner> {
        ensure!(world.node.is_some(), "only on the embedded cluster are the provisioner's processes this machine's");
        let pod = running_pod(world).await?;
        let uid = pod["metadata"]["uid"].as_str().context("the pod's uid")?.to_owned();
        let process = process_of(&uid, |words| is_program(words, "provisioner"))?;
        Ok(Provisioner {
            pod: pod["metadata"]["name"].as_str().context("the pod's name")?.to_owned(),
            restarts: restarts(&pod),
            process: process.with_context(|| format!("no process of pod {uid} runs the program provisioner"))?,
            uid,
        })
    }

    pub async fn kill(&self) -> Result<()> {
        self.process.kill().await
    }

    /// The Helm that works on the store, standing still when it has brought the release's record from one state to the
    /// next. It is through in a fraction of a second, so it is let go by small steps, and looked at after each.
    pub async fn hold_helm(&self, store: &Store, from: &str, to: &str) -> Result<Process> {
        let release = store.namespace();
        let of_store = |words: &[&str]| is_program(words, "helm") && words.contains(&release.as_str());
        let deadline = Instant::now() + SOON;
        let helm = loop {
            match process_of(&self.uid, of_store)? {
                Some(helm) => break helm,
                None if Instant::now() > deadline => bail!("no Helm came to work on {release}"),
                None => sleep(LOOK).await,
            }
        };
        loop {
            helm.pause().await.with_context(|| format!("Helm ended before its release was {to:?}"))?;
            match release_state(store).await? {
                state if state == to => return Ok(helm),
                state if state == from => {}
                state => bail!("Helm took its release from {from:?} to {state:?} in one step"),
            }
            helm.go_on().await?;
            sleep(STEP).await;
        }
    }

    /// The same pod, one restart later, and ready.
    pub async fn is_replaced(&self, world: &World) -> Result<()> {
        let again = |pods: &[Value]| {
            let pod = pods.first()?;
            let ready = pod["status"]["containerStatuses"][0]["ready"] == true;
            (restarts(pod) > self.restarts && ready).then_some(())
        };
        let pod = ["pods", "--namespace", NAMESPACE, "--field-selector", &format!("metadata.name={}", self.pod)];
        world.kubectl.until(&pod, SOON, again).await.context("wait for the provisioner's restart")
    }

    /// How often its process has started Helm.
    pub async fn helm_runs(world: &World) -> Result<u64> {
        let metrics = format!("/api/v1/namespaces/{NAMESPACE}/services/{PROVISIONER}:http/proxy/metrics");
        let text = world.kubectl.ask(&["get", "--raw", &metrics]).await?;
        ensure!(text.contains("store_platform_"), "these are not the provisioner's metrics: {text}");
        let figures =
            text.lines().filter(|line| line.starts_with(HELM_RUNS)).filter_map(|line| line.rsplit(' ').next());
        figures.map(|figure| figure.parse::<u64>().with_context(|| format!("{HELM_RUNS} is {figure}"))).sum()
    }
}

async fn running_pod(world: &World) -> Result<Value> {
    let deployment = world.kubectl.json(&["get", "deployment", PROVISIONER, "--namespace", NAMESPACE]).await?;
    let labels = deployment["spec"]["selector"]["matchLabels"].as_object().context("the Deployment's selector")?;
    let selector: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    let selector = format!("--selector={}", selector.join(","));
    let pods = world.kubectl.items(&["get", "pods", "--namespace", NAMESPACE, &selector]).await?;
    let mut running = pods
        .into_iter()
        .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null() && pod["status"]["phase"] == "Running");
    running.next().context("no provisioner runs")
}

fn restarts(pod: &Value) -> u64 {
    pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or_default()
}
