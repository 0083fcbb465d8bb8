//! Stores per second through the provisioner, over `helm upgrade --install` by `xargs` with the same chart, the same
//! values and as many at once, on the same API server. The provisioner makes namespaces, access and credentials besides
//! and buys from each store; both talk to the API server past the harness's proxy.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use sqlx::Row as _;
use store_model::Phase;
use tokio::process::Command;

use super::seed::rows;
use super::{Bar, Spread, Verdict};
use crate::control_plane::ControlPlane;
use crate::programs::repository;
use crate::scene::{Kind, Scene};
use crate::service::Settings;
use crate::until;

/// The provisioner's own number, and where Helm on two cores is fastest.
const AT_ONCE: usize = 4;
/// Creations that a client has under way; each takes milliseconds.
const REQUESTS_AT_ONCE: usize = 8;
/// Each way goes first as often as the other.
const ORDER: [Way; 4] = [Way::Ours, Way::Bare, Way::Bare, Way::Ours];
const PATIENCE: Duration = Duration::from_mins(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Ours,
    Bare,
}

pub async fn run(stores: usize) -> Result<Verdict> {
    let scene = Scene::new(ControlPlane::shared().await?, Kind::Sqlite).await?;
    let admin = scene.plane.directory.join("admin.kubeconfig");
    let settings = Settings { kubeconfig: admin.clone(), ..scene.settings.env("LEASE_SECONDS", "30") };
    let template = template(&scene, &settings, &admin).await?;
    let (mut ours, mut bare) = (Spread::default(), Spread::default());
    for (round, way) in ORDER.into_iter().enumerate() {
        let seconds = match way {
            Way::Ours => through_the_api(&scene, &settings, round, stores).await?,
            Way::Bare => helm_alone(&scene, &admin, &template, (round, stores)).await?,
        };
        #[expect(clippy::cast_precision_loss, reason = "hundreds of stores")]
        let rate = stores as f64 / seconds;
        println!("round {round}, {way:?}: {stores} stores in {seconds:.1} s, {rate:.2} stores/s");
        match way {
            Way::Ours => ours.push(rate),
            Way::Bare => bare.push(rate),
        }
    }
    println!("\nthrough the API, ready: {ours} stores/s\nhelm upgrade --install by xargs -P{AT_ONCE}: {bare} stores/s");
    let mut verdict = Verdict::default();
    verdict.take("throughput, ours / bare Helm", ours.median() / bare.median(), Bar::AtLeast(0.8));
    Ok(verdict)
}

/// What Helm is given for a store, and the id and name that are that store's own.
struct Template {
    id: String,
    name: String,
    values: String,
}

async fn template(scene: &Scene, settings: &Settings, admin: &Path) -> Result<Template> {
    let service = scene.start_with(settings).await?;
    let store = scene.create(&service, "template").await?;
    let store = scene.phase(&service, store.id.as_str(), Phase::Ready).await?;
    service.terminate().await?;
    let namespace = format!("store-{}", store.id);
    let mut helm = helm(scene, admin);
    let output = helm.args(["get", "values", &namespace, "-n", &namespace, "-o", "json"]).output().await?;
    ensure!(output.status.success(), "helm get values: {}", String::from_utf8_lossy(&output.stderr));
    let values: Value = serde_json::from_slice(&output.stdout)?;
    Ok(Template { id: store.id.clone(), name: store.name.clone(), values: values.to_string() })
}

/// From the first request until the last store is ready.
async fn through_the_api(scene: &Scene, settings: &Settings, round: usize, stores: usize) -> Result<f64> {
    let service = scene.start_with(settings).await?;
    service
        .said("that the worker begins", |line| line["message"] == "the cluster is listed; the worker begins")
        .await?;
    let rows = rows(scene).await?;
    let begun = Instant::now();
    let requests = futures::stream::iter((0..stores).map(|number| {
        let request = scene.request(&format!("r{round}-{number}"));
        let client = &service.client;
        async move { client.store_create(&request, None).await.map(drop) }
    }));
    requests.buffer_unordered(REQUESTS_AT_ONCE).try_collect::<Vec<()>>().await.context("create the stores")?;
    until("the stores to be ready", PATIENCE, async || {
        let waiting = sqlx::query("SELECT COUNT(*) AS waiting FROM stores WHERE phase <> 'ready'");
        let failed = sqlx::query("SELECT COUNT(*) AS failed FROM stores WHERE phase = 'failed'");
        let waiting: i64 = waiting.fetch_one(&rows).await?.try_get("waiting")?;
        let failed: i64 = failed.fetch_one(&rows).await?.try_get("failed")?;
        Ok((waiting == failed).then_some(failed))
    })
    .await
    .and_then(|failed| {
        ensure!(failed == 0, "{failed} stores failed; the log ends so:\n{}", service.process.log.tail(10));
        Ok(())
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    rows.close().await;
    service.terminate().await?;
    Ok(seconds)
}

/// The namespaces are Helm's to make; the files with the values are there before the clock runs.
async fn helm_alone(scene: &Scene, admin: &Path, template: &Template, (round, stores): (usize, usize)) -> Result<f64> {
    let directory = scene.directory().join(format!("bare-{round}"));
    std::fs::create_dir(&directory)?;
    let mut releases = String::new();
    for number in 0..stores {
        let (id, name) = (format!("s{round:04}{number:07}"), format!("bare-{round}-{number}"));
        let values = template.values.replace(&template.id, &id).replace(&template.name, &name);
        std::fs::write(directory.join(format!("store-{id}")), values)?;
        releases.extend(["store-", &id, "\n"]);
    }
    let list = directory.join("releases");
    std::fs::write(&list, releases)?;
    let chart = repository("helm-charts/store-instance");
    let helm = helm(scene, admin);
    let helm = helm.as_std();
    let mut xargs = Command::new("xargs");
    xargs.env_clear().envs(helm.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(&directory);
    xargs.arg(format!("-P{AT_ONCE}")).args(["-I{}", "-a"]).arg(&list).arg(helm.get_program());
    xargs.args(["upgrade", "--install", "{}"]).arg(&chart).args(["--namespace", "{}", "--create-namespace"]);
    xargs.args(["--values", "{}", "--output", "json", "--history-max", "5"]);
    let begun = Instant::now();
    let output = xargs.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).output().await?;
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(output.status.success(), "xargs helm: {}", String::from_utf8_lossy(&output.stderr));
    Ok(seconds)
}

/// With the environment that the provisioner gives it (`config.rs`).
fn helm(scene: &Scene, admin: &Path) -> Command {
    let mut helm = Command::new(&scene.settings.programs.helm);
    let home = |name: &str| -> PathBuf { scene.directory().join("bare").join(name) };
    helm.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("KUBECONFIG", admin);
    helm.env("HELM_CACHE_HOME", home("cache")).env("HELM_CONFIG_HOME", home("config"));
    helm.env("HELM_DATA_HOME", home("data")).env("HOME", home("home")).env("HELM_DRIVER", "secret");
    helm.env("HELM_NO_PLUGINS", "1").env("HELM_BURST_LIMIT", "200").env("HELM_QPS", "100").kill_on_drop(true);
    helm
}
