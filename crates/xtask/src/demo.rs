//! From nothing to an order, each line with its seconds. Without a wish, every engine that can be had sells.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use local_cluster::progress::Progress;
use store_api::Client;
use store_model::Engine;

use crate::platform::{self, World};
use crate::sale;
use crate::target::TargetArgs;

pub mod store;
mod summary;

use store::Sold;

#[derive(Args, Clone, Debug)]
pub struct Demo {
    #[command(flatten)]
    target: TargetArgs,
    /// What the store runs: woocommerce or medusa (default: one store of each that can be had)
    #[arg(long, value_parser = engine)]
    engine: Option<Engine>,
    /// The store's name (default: the first free of demo, demo-2, …); of several stores, what their names begin with
    #[arg(long)]
    name: Option<String>,
    /// Keep a store that did not get ready, for a look at it
    #[arg(long)]
    keep: bool,
}

fn engine(word: &str) -> Result<Engine, String> {
    Engine::parse(word).ok_or_else(|| format!("choose one of {}", Engine::ALL.map(Engine::as_str).join(", ")))
}

pub fn run(args: &Demo, progress: &Progress) -> Result<ExitCode> {
    let begin = Instant::now();
    let wanted: Vec<Engine> = args.engine.map_or_else(|| Engine::ALL.to_vec(), |engine| vec![engine]);
    let world = platform::ready_for(&args.target, &wanted, progress)?;
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    runtime.block_on(sell(args, &wanted, &world, begin, progress))?;
    Ok(ExitCode::SUCCESS)
}

/// One store for each engine, side by side. What one of them lacks takes nothing from the others' summaries.
async fn sell(args: &Demo, wanted: &[Engine], world: &World, begin: Instant, progress: &Progress) -> Result<()> {
    let client = sale::client(&world.access, &world.token)?;
    let engines = available(wanted, &client, progress).await?;
    let base = args.name.as_deref().unwrap_or("demo");
    let mut made = Vec::new();
    for engine in &engines {
        let base = if engines.len() == 1 { base.to_owned() } else { format!("{base}-{}", engine.as_str()) };
        let name = if args.name.is_some() { base } else { free_name(&client, &base).await? };
        made.push(store::sell(&client, world, *engine, name, args.keep, progress));
    }
    let outcomes = futures::future::join_all(made).await;

    let mut failures = Vec::new();
    let mut sold: Vec<Sold> = Vec::new();
    for (engine, outcome) in engines.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => sold.push(outcome),
            Err(error) => failures.push(format!("engine {}: {error:#}", engine.as_str())),
        }
    }
    for each in &sold {
        summary::store(each, world);
    }
    if !sold.is_empty() {
        let cluster = &args.target.embedded.cluster;
        summary::next_steps(&sold, world, cluster, begin.elapsed());
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("\n"))
}

/// Those of the engines that can be had; the reasons of the others are said.
async fn available(wanted: &[Engine], client: &Client, progress: &Progress) -> Result<Vec<Engine>> {
    let views = client.engines().await.context("ask which engines there are")?;
    let (mut engines, mut reasons) = (Vec::new(), Vec::new());
    for view in views.into_iter().filter(|view| wanted.contains(&view.engine)) {
        if view.available {
            engines.push(view.engine);
        } else {
            let plain = format!("engine {} is not available", view.engine.as_str());
            reasons.push(view.reason.unwrap_or(plain));
        }
    }
    if engines.is_empty() {
        bail!("{}", reasons.join("\n"));
    }
    for reason in reasons {
        progress.say(reason);
    }
    Ok(engines)
}

async fn free_name(client: &Client, base: &str) -> Result<String> {
    for number in 1..1000 {
        let name = if number == 1 { base.to_owned() } else { format!("{base}-{number}") };
        match client.store_get(&name).await {
            Err(error) if error.status() == Some(404) => return Ok(name),
            Err(error) => return Err(error).context("look for a free name"),
            Ok(_) => {}
        }
    }
    bail!("{base} to {base}-999 are all taken: choose a name with --name")
}
