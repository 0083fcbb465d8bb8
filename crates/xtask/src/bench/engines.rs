//! Engines side by side: where a store's seconds and its memory go, and what the golden dump saves.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use e2e::lab::{Lab, LabImages};
use e2e::{Kubectl, Program};
use local_cluster::progress::Progress;
use serde_json::Value;
use store_api::{Client, CreateStore, StoreView};
use store_model::{Engine, Plan};

use super::create::{Ours, median, remove, through_the_api};
use crate::platform::{self, World};
use crate::sale;
use crate::target::{Access, TargetArgs};

/// What the golden dump must save at least; below it, it would not be worth its keep.
const AIM: f64 = 5.0;
const MEBIBYTE: u64 = 1 << 20;

#[derive(Args, Clone, Debug)]
pub struct Engines {
    #[command(flatten)]
    target: TargetArgs,
    /// Only these
    #[arg(long, value_delimiter = ',', default_values_t = Engine::ALL.map(|engine| engine.as_str().to_owned()))]
    engine: Vec<String>,
    /// Memory of these plans; seconds are of the first
    #[arg(long, value_delimiter = ',', default_values_t = Plan::ALL.map(|plan| plan.as_str().to_owned()))]
    plan: Vec<String>,
    /// How many stores of the first plan, and how many databases of each kind, in turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// One container of a store that is ready.
struct Memory {
    container: String,
    working_set: u64,
    limit: u64,
}

/// What was seen of one engine.
struct Seen {
    engine: Engine,
    stores: Vec<Ours>,
    plans: Vec<(Plan, Vec<Memory>)>,
}

pub fn run(args: &Engines, progress: &Progress) -> Result<ExitCode> {
    let parse = |word: &String| Engine::parse(word).with_context(|| format!("--engine {word}: no such engine"));
    let wanted: Vec<Engine> = args.engine.iter().map(parse).collect::<Result<_>>()?;
    let parse = |word: &String| Plan::parse(word).with_context(|| format!("--plan {word}: no such plan"));
    let plans: Vec<Plan> = args.plan.iter().map(parse).collect::<Result<_>>()?;
    ensure!(args.rounds > 0 && !plans.is_empty(), "nothing to measure: --rounds and --plan are at least one");
    let world = platform::ready(&args.target, progress)?;
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    runtime.block_on(measure(args, &wanted, &plans, &world, progress))?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &Engines, wanted: &[Engine], plans: &[Plan], world: &World, progress: &Progress) -> Result<()> {
    let client = sale::client(&world.access, &world.token)?;
    let mut seen = Vec::new();
    for view in client.engines().await?.into_iter().filter(|view| wanted.contains(&view.engine)) {
        match view.reason {
            None => seen.push(Seen { engine: view.engine, stores: Vec::new(), plans: Vec::new() }),
            Some(why) => println!("left out: {why}"),
        }
    }
    ensure!(!seen.is_empty(), "no engine can be had here");
    let mut dump = None;
    for (&plan, rounds) in plans.iter().zip(std::iter::once(args.rounds + 1).chain(std::iter::repeat(1))) {
        // Engines in turn, so that a slow minute hits them all.
        for round in 0..rounds {
            for Seen { engine, stores, plans } in &mut seen {
                let name = format!("bench-{}-{}-{round}", engine.as_str(), plan.as_str());
                let step = progress.step(&name, None);
                let mut request = CreateStore::new(name, *engine);
                request.plan = Some(plan);
                let store = client.store_create(&request, None).await?;
                let outcome = look(&client, &world.access, &store).await;
                let last = round + 1 == rounds;
                if last && outcome.is_ok() && dump.is_none() && *engine == Engine::Medusa {
                    dump = Some(golden_dump(args.rounds, &world.access, &store, progress).await);
                }
                // Whatever came of it: a store left behind would keep its name from the next run.
                remove(&client, &store).await?;
                let (ours, memory) = outcome.with_context(|| format!("store {}", store.name))?;
                step.done(format!("{:.1} s", ours.total));
                if last {
                    plans.push((plan, memory));
                }
                // The first warms the page cache and is not counted.
                if rounds > 1 && round > 0 {
                    stores.push(ours);
                }
            }
        }
    }
    for engine in &seen {
        seconds(engine);
    }
    for engine in &seen {
        memory(engine);
    }
    if let Some((migrations, dump)) = dump.transpose()? {
        let (migrations, dump) = (median(migrations), median(dump));
        println!("\na Medusa store's database, median of {} each, in turn, in one pod", args.rounds);
        println!("  Medusa's migrations alone           {migrations:6.1} s");
        println!("  the golden dump, made a store's own {dump:6.1} s");
        println!("  ratio                               {:6.1}     (aim >= {AIM})", migrations / dump);
    }
    Ok(())
}

async fn look(client: &Client, access: &Access, store: &StoreView) -> Result<(Ours, Vec<Memory>)> {
    let ours = through_the_api(client, store).await?;
    let memory = memory_of(access, &format!("store-{}", store.id))?;
    Ok((ours, memory))
}

/// Pairs in turn: an empty database migrated, an empty database restored.
async fn golden_dump(
    rounds: usize,
    access: &Access,
    store: &StoreView,
    progress: &Progress,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let mut program =
        Program::new(access.kubectl.clone()).with(format!("--kubeconfig={}", access.kubeconfig.display()));
    if let Some(context) = &access.context {
        program = program.with(format!("--context={context}"));
    }
    let kubectl = Kubectl::new(program);
    let images = LabImages::of(&kubectl, &format!("store-{}", store.id)).await?;
    Lab::with(&kubectl, "bench-lab", &images, async |lab| {
        let (mut migrations, mut dump) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let step = progress.step(&format!("databases, round {round}"), None);
            let (migrated, restored) = (format!("migrated_{round}"), format!("restored_{round}"));
            lab.database(&migrated).await?;
            let slow = lab.migrate(&migrated).await.context("Medusa's migrations")?;
            lab.database(&restored).await?;
            let fast = lab.set_up(&restored).await.context("the set-up from the golden dump")?;
            ensure!(lab.schema(&migrated).await? == lab.schema(&restored).await?, "the two make different tables");
            step.done(format!("{:.1} s and {:.1} s", slow.as_secs_f64(), fast.as_secs_f64()));
            // The first reads everything from disk and is not counted.
            if round > 0 {
                migrations.push(slow.as_secs_f64());
                dump.push(fast.as_secs_f64());
            }
        }
        Ok((migrations, dump))
    })
    .await
}

/// By the kubelet, which reads the control groups: there with and without a metrics server.
fn memory_of(access: &Access, namespace: &str) -> Result<Vec<Memory>> {
    let pods: Value = serde_json::from_str(&access.ask(&["-n", namespace, "get", "pods", "-o", "json"])?)?;
    let pods = pods["items"].as_array().context("a list of pods")?;
    let mut found = Vec::new();
    for pod in pods.iter().filter(|pod| pod["status"]["phase"] == "Running") {
        let (name, node) = (text(&pod["metadata"]["name"])?, text(&pod["spec"]["nodeName"])?);
        for container in pod["spec"]["containers"].as_array().context("a pod's containers")? {
            let limit = quantity(text(&container["resources"]["limits"]["memory"])?)?;
            let container = text(&container["name"])?;
            let working_set = working_set(access, node, namespace, name, container)?;
            found.push(Memory { container: container.to_owned(), working_set, limit });
        }
    }
    ensure!(!found.is_empty(), "no container runs in {namespace}");
    found.sort_by_key(|memory| std::cmp::Reverse(memory.working_set));
    Ok(found)
}

fn working_set(access: &Access, node: &str, namespace: &str, pod: &str, container: &str) -> Result<u64> {
    /// The kubelet looks every ten seconds or so; a container that is new is not in its summary yet.
    const LOOKS: usize = 30;
    for _ in 0..LOOKS {
        let summary = access.ask(&["get", "--raw", &format!("/api/v1/nodes/{node}/proxy/stats/summary")])?;
        let summary: Value = serde_json::from_str(&summary).context("the kubelet's summary")?;
        let pods = summary["pods"].as_array().context("the kubelet's summary names no pods")?;
        let ours = |each: &&Value| each["podRef"]["name"] == pod && each["podRef"]["namespace"] == namespace;
        let containers = pods.iter().find(ours).and_then(|pod| pod["containers"].as_array());
        let found = containers.and_then(|all| all.iter().find(|each| each["name"] == container));
        if let Some(bytes) =
            found.and_then(|each| each["memory"]["workingSetBytes"].as_u64()).filter(|&bytes| bytes > 0)
        {
            return Ok(bytes);
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    bail!("the kubelet does not say how much memory container {container} of pod {pod} takes")
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is no text"))
}

/// As our charts write memory.
fn quantity(text: &str) -> Result<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match unit {
        "Mi" => MEBIBYTE,
        "Gi" => 1 << 30,
        other => bail!("memory of {text}: the unit {other:?} is none of ours"),
    };
    Ok(number.parse::<u64>().with_context(|| format!("memory of {text}"))? * unit)
}

fn seconds(seen: &Seen) {
    let Seen { engine, stores, plans: _ } = seen;
    let title = engine.spec().title;
    println!("\n{title}: POST to Ready, median of {}", stores.len());
    let total = median(stores.iter().map(|store| store.total).collect());
    println!("  {:<12} {total:6.1} s", "all");
    let Some(first) = stores.first() else { return };
    for (stage, _) in &first.stages {
        let of_stage = |store: &Ours| store.stages.iter().find(|(name, _)| name == stage).map(|(_, seconds)| *seconds);
        let seconds = median(stores.iter().filter_map(of_stage).collect());
        println!("  {stage:<12} {seconds:6.1} s  {:3.0} %", 100.0 * seconds / total);
    }
}

fn memory(seen: &Seen) {
    let Seen { engine, stores: _, plans } = seen;
    println!("\n{}: memory once sold, working set (share of the limit)", engine.spec().title);
    for (plan, containers) in plans {
        let sum = |of: fn(&Memory) -> u64| containers.iter().map(of).sum::<u64>();
        let (used, limit) = (sum(|memory| memory.working_set), sum(|memory| memory.limit));
        println!("  {:<12} {:>5} Mi of {:>5} Mi", plan.as_str(), used / MEBIBYTE, limit / MEBIBYTE);
        for Memory { container, working_set, limit } in containers {
            println!(
                "    {container:<12} {:>3} Mi of {:>5} Mi  {:>3} %",
                working_set / MEBIBYTE,
                limit / MEBIBYTE,
                working_set * 100 / limit
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_charts_write_it() {
        assert_eq!(quantity("512Mi").unwrap(), 512 * MEBIBYTE);
        assert_eq!(quantity("2Gi").unwrap(), 2048 * MEBIBYTE);
        assert!(quantity("512").is_err() && quantity("1k").is_err());
    }
}
