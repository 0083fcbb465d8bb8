//! From nothing to an order, each line with its seconds.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use local_cluster::progress::Progress;
use store_api::{Client, CreateStore, StepState, StoreView};
use store_model::{Engine, Phase};

use crate::platform::World;
use crate::target::TargetArgs;
use crate::{platform, sale};

/// Longer than the provisioner's own deadline, so that its reason is what the reader sees.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

#[derive(Args, Clone, Debug)]
pub struct Demo {
    #[command(flatten)]
    target: TargetArgs,
    /// What the store runs (default: whichever can be had)
    #[arg(long)]
    engine: Option<String>,
    /// The store's name (default: the first free of demo, demo-2, …)
    #[arg(long)]
    name: Option<String>,
    /// Keep a store that did not get ready, for a look at it
    #[arg(long)]
    keep: bool,
}

pub fn run(args: &Demo, progress: &Progress) -> Result<ExitCode> {
    let begin = Instant::now();
    let engine = match &args.engine {
        Some(word) => Some(Engine::parse(word).with_context(|| {
            format!("--engine {word}: choose one of {}", Engine::ALL.map(Engine::as_str).join(", "))
        })?),
        None => None,
    };
    let world = platform::ready(&args.target, progress)?;
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    runtime.block_on(sell(args, engine, &world, begin, progress))?;
    Ok(ExitCode::SUCCESS)
}

async fn sell(args: &Demo, engine: Option<Engine>, world: &World, begin: Instant, progress: &Progress) -> Result<()> {
    let client = sale::client(&world.access, &world.token)?;
    let engine = choose(engine, &client).await?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => free_name(&client).await?,
    };
    let asked = Instant::now();
    let store = client.store_create(&CreateStore::new(&name, engine), None).await.context("create the store")?;
    let store = match follow(&client, &store, progress).await {
        Ok(store) => store,
        Err(error) => {
            if !args.keep {
                client.store_delete(&store.id).await.context("remove the store that did not get ready")?;
            }
            return Err(error);
        }
    };
    let ready = asked.elapsed();

    let step = progress.step("a customer buys", None);
    let shop = sale::shop(&world.access, &store)?;
    let receipt = match shopper::buy(&shop, &shopper::Order::first(shopper::Customer::example())).await {
        Ok(receipt) => receipt,
        Err(refusal) => {
            let error = anyhow::Error::new(refusal).context("the shop refused the customer's order");
            step.fail(&error);
            return Err(error);
        }
    };
    step.done(format!("order {}", receipt.order_number));

    let step = progress.step("the shop's admin finds the order", None);
    let credentials = client.store_credentials(&store.id).await.context("read the store's credentials")?;
    let order = shopper::admin(&shop, &sale::admin_key(&credentials))?
        .order_read(&receipt.order_id)
        .await?
        .with_context(|| format!("the shop's admin knows no order {}", receipt.order_id))?;
    if order.number != receipt.order_number || order.total != receipt.total {
        bail!(
            "the admin shows order {} over {}, the customer saw {} over {}",
            order.number,
            order.total,
            receipt.order_number,
            receipt.total
        );
    }
    step.done(format!("{} {}, {}", order.total, order.currency, order.status));

    let proof = store.proof.as_ref().context("a ready store has a proof")?;
    println!();
    println!("Store {} is ready: it has sold something.", store.name);
    println!();
    println!("  order          #{} over {} {} ({})", order.number, order.total, order.currency, order.status);
    println!(
        "  proof of sale  #{} over {} {}, placed, read back and removed in {:.1} s",
        proof.order_id,
        proof.total,
        proof.currency,
        f64::from(proof.seconds)
    );
    println!("  shop           {}", store.url);
    println!("  admin          {}", store.admin_url);
    println!(
        "  log in as      {}, password: cargo run -q -p storectl -- store credentials {}",
        credentials.admin_user, store.name
    );
    if let Some(authority) = &world.access.authority {
        println!("  https          signed by the cluster's own authority; trust {}", authority.display());
    }
    println!(
        "  in a terminal  curl --cacert {} {}",
        world.access.authority.as_ref().map_or_else(|| "CA".to_owned(), |path| path.display().to_string()),
        store.url
    );
    println!(
        "  ready after    {:.1} s; the whole demo took {:.0} s",
        ready.as_secs_f64(),
        begin.elapsed().as_secs_f64()
    );
    println!();
    println!("Use storectl:    {}", environment_line(world));
    println!("Take one down:   cargo run -q -p storectl -- store delete {}", store.name);
    match &world.access.embedded {
        Some(_) => println!("Take all down:   cargo xtask down{}", cluster_flag(args)),
        None => println!("Take all down:   helm uninstall {} -n {}", platform::RELEASE, platform::NAMESPACE),
    }
    Ok(())
}

fn cluster_flag(args: &Demo) -> String {
    let name = &args.target.embedded.cluster;
    if name == "demo" { String::new() } else { format!(" --cluster {name}") }
}

/// The token itself is not printed: a terminal's history is no place for it.
fn environment_line(world: &World) -> String {
    let ca = world.access.authority.as_ref().map(|path| format!(" STORECTL_CA={}", path.display())).unwrap_or_default();
    format!(
        "export STORECTL_URL={}{ca} STORECTL_TOKEN=$({} --kubeconfig {} -n {} get secret {} -o go-template='{{{{.data.token | base64decode}}}}')",
        world.access.api_url(),
        world.access.kubectl.display(),
        world.access.kubeconfig.display(),
        platform::NAMESPACE,
        platform::TOKEN_SECRET,
    )
}

/// The engine asked for, or the first that can be had; the reasons of those that can't are named.
async fn choose(asked: Option<Engine>, client: &Client) -> Result<Engine> {
    let engines = client.engines().await.context("ask which engines there are")?;
    let mut reasons = Vec::new();
    for view in &engines {
        if asked.is_some_and(|engine| engine != view.engine) {
            continue;
        }
        if view.available {
            return Ok(view.engine);
        }
        reasons
            .push(view.reason.clone().unwrap_or_else(|| format!("engine {} is not available", view.engine.as_str())));
    }
    bail!("{}", reasons.join("\n"))
}

async fn free_name(client: &Client) -> Result<String> {
    for number in 1..1000 {
        let name = if number == 1 { "demo".to_owned() } else { format!("demo-{number}") };
        match client.store_get(&name).await {
            Err(error) if error.status() == Some(404) => return Ok(name),
            Err(error) => return Err(error).context("look for a free name"),
            Ok(_) => {}
        }
    }
    bail!("demo to demo-999 are all taken: choose a name with --name")
}

/// Shows the store's steps as they come, until it is ready or has failed.
async fn follow(client: &Client, store: &StoreView, progress: &Progress) -> Result<StoreView> {
    let begin = Instant::now();
    let step = progress.step(&format!("store {} gets ready", store.name), None);
    let mut shown: Vec<&'static str> = Vec::new();
    let mut events = client.store_follow(&store.id, None);
    loop {
        let view = client.store_get(&store.id).await.context("look at the store")?;
        for stage in &view.steps {
            if stage.state == StepState::Done && !shown.contains(&stage.step.as_str()) {
                shown.push(stage.step.as_str());
                progress.say(format!("     {:>6.1} s  {} done", begin.elapsed().as_secs_f64(), stage.step.as_str()));
            }
        }
        if let Some(running) = view.steps.iter().find(|stage| stage.state == StepState::Running) {
            step.note(&format!("{}: {}", running.step.as_str(), running.detail.as_deref().unwrap_or("at work")));
        }
        match view.phase {
            Phase::Ready => {
                step.done("");
                return Ok(view);
            }
            Phase::Failed | Phase::Deleting | Phase::Deleted => {
                let error = match &view.reason {
                    Some(reason) => anyhow::anyhow!("{} {} ({})", reason.message, reason.cure, reason.detail),
                    None => anyhow::anyhow!("the store is {}", view.phase.as_str()),
                };
                step.fail(&error);
                return Err(error);
            }
            Phase::Requested | Phase::Provisioning | Phase::Proving => {}
        }
        let left = PATIENCE.saturating_sub(begin.elapsed());
        match tokio::time::timeout(left, events.next()).await {
            Ok(event) => {
                event.context("follow the store's events")?;
            }
            Err(_) => bail!("the store was not ready after {} minutes", PATIENCE.as_secs() / 60),
        }
    }
}
