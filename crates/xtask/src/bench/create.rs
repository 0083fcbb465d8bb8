//! POST to Ready, over bare `helm upgrade --install` and rollout of the same chart with the same values.

use std::io::Write as _;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use local_cluster::progress::Progress;
use serde_json::{Value, json};
use store_api::{Client, CreateStore, StoreView};
use store_model::{Engine, Phase};

use crate::platform::{self, World};
use crate::sale;
use crate::target::{Access, TargetArgs};
use crate::test::Cargo;

#[derive(Args, Clone, Debug)]
pub struct Create {
    #[command(flatten)]
    target: TargetArgs,
    /// What the stores run
    #[arg(long, default_value = "woocommerce")]
    engine: String,
    /// How many of each kind, in turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// One store through the API.
pub struct Ours {
    pub total: f64,
    pub proof: f64,
    pub stages: Vec<(String, f64)>,
}

pub fn run(args: &Create, progress: &Progress) -> Result<ExitCode> {
    let engine = Engine::parse(&args.engine).with_context(|| format!("--engine {}: no such engine", args.engine))?;
    let world = platform::ready(&args.target, progress)?;
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    runtime.block_on(measure(args, engine, &world, progress))?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &Create, engine: Engine, world: &World, progress: &Progress) -> Result<()> {
    let client = sale::client(&world.access, &world.token)?;
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    let mut waits = None;
    // The first of each warms the page cache and is not counted; then in turn, so that a slow minute hits both.
    for round in 0..=args.rounds {
        let step = progress.step(&format!("round {round}: through the API"), None);
        let store = client.store_create(&CreateStore::new(format!("bench-{round}"), engine), None).await?;
        let outcome = through_the_api(&client, &store).await;
        let template = if outcome.is_ok() { Some(template(&world.access, &store)?) } else { None };
        if outcome.is_ok() && waits.is_none() {
            waits = Some(fixed_waits(&world.access, &store)?);
        }
        remove(&client, &store).await?;
        let (Ok(sample), Some(template)) = (outcome, template) else {
            bail!("store bench-{round} did not get ready: see the provisioner's log");
        };
        step.done(format!("{:.1} s", sample.total));
        let step = progress.step(&format!("round {round}: Helm alone"), None);
        let seconds = helm_alone(&world.access, template)?;
        step.done(format!("{seconds:.1} s"));
        if round > 0 {
            ours.push(sample);
            bare.push(seconds);
        }
    }
    report(&ours, &bare);
    println!("\nseconds that the rendered chart waits by its own numbers (probes' first looks, sleeps)");
    println!("  {}", waits.context("no store got ready, so there is no chart to read")?);
    Ok(())
}

/// The static sum over what Helm rendered for this store, beside the seed's.
fn fixed_waits(access: &Access, store: &StoreView) -> Result<String> {
    let namespace = format!("store-{}", store.id);
    let manifest = access.helm().args(["get", "manifest", &namespace, "-n", &namespace]).output()?;
    ensure!(manifest.status.success(), "helm get manifest: {}", String::from_utf8_lossy(&manifest.stderr));
    let mut reader = Cargo::command();
    reader.args(["run", "--quiet", "--package", "store-model", "--example", "fixed_waits"]);
    let mut child = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("run the reader of waits")?;
    child.stdin.take().context("the reader's input")?.write_all(&manifest.stdout)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the reader of waits failed");
    let figures: Value = serde_json::from_slice(&output.stdout)?;
    Ok(format!(
        "seed {} s, ours {} s, ratio {:.1}   (aim >= 5)",
        figures["seed"],
        figures["ours"],
        figures["ratio"].as_f64().context("a ratio")?
    ))
}

pub async fn through_the_api(client: &Client, store: &StoreView) -> Result<Ours> {
    let mut events = client.store_follow(&store.id, None);
    let deadline = Instant::now() + Duration::from_secs(900);
    let view = loop {
        let view = client.store_get(&store.id).await?;
        match view.phase {
            Phase::Ready => break view,
            Phase::Failed | Phase::Deleting | Phase::Deleted => bail!("the store is {}", view.phase.as_str()),
            Phase::Requested | Phase::Provisioning | Phase::Proving => {}
        }
        tokio::time::timeout_at(deadline.into(), events.next()).await.context("not ready after 15 minutes")??;
    };
    let ready = view.ready_at.context("a ready store says since when")?;
    let mut sample =
        Ours { total: (ready - view.created_at).total(jiff::Unit::Second)?, proof: 0.0, stages: Vec::new() };
    for stage in &view.steps {
        if let (Some(start), Some(end)) = (stage.started_at, stage.ended_at) {
            let seconds = (end - start).total(jiff::Unit::Second)?;
            if stage.step == store_model::Stage::Proof {
                sample.proof = seconds;
            }
            sample.stages.push((stage.step.as_str().to_owned(), seconds));
        }
    }
    Ok(sample)
}

/// What a store consists of, for a twin that Helm installs alone: its values and its Secrets.
struct Template {
    values: Value,
    secrets: Vec<Value>,
}

fn template(access: &Access, store: &StoreView) -> Result<Template> {
    let namespace = format!("store-{}", store.id);
    let output = access.helm().args(["get", "values", &namespace, "-n", &namespace, "-o", "json"]).output()?;
    ensure!(output.status.success(), "helm get values: {}", String::from_utf8_lossy(&output.stderr));
    let values = serde_json::from_slice(&output.stdout).context("the release's values")?;
    let mut secrets = Vec::new();
    for name in ["database-credentials", "app-credentials"] {
        let text = access.ask(&["-n", &namespace, "get", "secret", name, "-o", "json"])?;
        let secret: Value = serde_json::from_str(&text)?;
        secrets.push(
            json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name }, "data": secret["data"] }),
        );
    }
    Ok(Template { values, secrets })
}

/// Namespace and Secrets first, outside the clock; then Helm and the rollout inside it.
fn helm_alone(access: &Access, template: Template) -> Result<f64> {
    let Template { mut values, secrets } = template;
    let name = "store-sbenchalone0";
    for (path, value) in [
        ("/store/id", "sbenchalone0"),
        ("/store/name", "bench-alone"),
        ("/store/namespace", name),
        ("/ingress/host", "bench-alone.localhost"),
    ] {
        *values.pointer_mut(path).with_context(|| format!("the values lack {path}"))? = json!(value);
    }
    let outcome = (|| -> Result<f64> {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": {
            "pod-security.kubernetes.io/enforce": "restricted" } } });
        apply(access, &["apply", "-f", "-"], &namespace)?;
        for secret in &secrets {
            apply(access, &["-n", name, "apply", "-f", "-"], secret)?;
        }
        let begin = Instant::now();
        let chart = platform::repository()?.join("helm-charts/store-instance");
        let mut command = access.helm();
        command.args(["upgrade", "--install", name]).arg(chart).args(["-n", name, "-f", "-"]);
        feed(command, &values)?;
        access.ask(&["-n", name, "rollout", "status", "statefulset", "--timeout=10m"])?;
        access.ask(&["-n", name, "rollout", "status", "deployment", "--timeout=10m"])?;
        Ok(begin.elapsed().as_secs_f64())
    })();
    access.ask(&["delete", "namespace", name, "--ignore-not-found", "--timeout=5m"])?;
    outcome
}

fn apply(access: &Access, args: &[&str], object: &Value) -> Result<()> {
    let mut command = access.kubectl();
    command.args(args);
    feed(command, object)
}

fn feed(mut command: std::process::Command, input: &Value) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("the command's input")?.write_all(&serde_json::to_vec(input)?)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

pub async fn remove(client: &Client, store: &StoreView) -> Result<()> {
    // While something else was measured the ingress may have closed the idle connection; asking twice deletes once.
    match client.store_delete(&store.id).await {
        Err(error) if error.status().is_none() => client.store_delete(&store.id).await?,
        answer => answer?,
    };
    let mut events = client.store_follow(&store.id, None);
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        match client.store_get(&store.id).await {
            Ok(view) if view.phase == Phase::Deleted => return Ok(()),
            Ok(_) => {}
            // With a store's route its certificate goes, and the ingress closes connections on that listener: ask again.
            Err(error) if error.status().is_none() && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
            Err(error) => return Err(error).context("ask whether the store is deleted"),
        }
        tokio::time::timeout_at(deadline.into(), events.next()).await.context("not deleted after 5 minutes")??;
    }
}

fn report(ours: &[Ours], bare: &[f64]) {
    let total = median(ours.iter().map(|sample| sample.total).collect());
    let proof = median(ours.iter().map(|sample| sample.proof).collect());
    let alone = median(bare.to_vec());
    println!();
    println!("POST to Ready, median of {}      {total:6.1} s", ours.len());
    println!("  of which the proof of sale    {proof:6.1} s");
    println!("Helm alone, same chart          {alone:6.1} s");
    println!("ratio without the proof         {:6.2}   (aim <= 1.5)", (total - proof) / alone);
    println!("ratio with the proof            {:6.2}", total / alone);
    println!();
    println!("where the seconds go (the median store; stages overlap)");
    if let Some(sample) = ours.iter().min_by(|a, b| (a.total - total).abs().total_cmp(&(b.total - total).abs())) {
        for (stage, seconds) in &sample.stages {
            println!("  {stage:<12} {seconds:6.1} s");
        }
    }
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
