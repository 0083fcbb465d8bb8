//! Every test, least powerful first: rules, rooms and charts; then a real cluster and real orders.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, ValueEnum};
use local_cluster::progress::Progress;
use store_model::Engine;

use crate::target::{ClusterArgs, TargetArgs};
use crate::{deps, faults, images, platform, target, tests_needs};

mod browser;
mod cargo;
mod dashboard;
mod foreign;
mod journey;
mod node;

pub use cargo::Cargo;
use cargo::Tally;
pub use dashboard::bench as bench_dashboard;
pub use node::Node;

#[derive(Args, Clone, Debug)]
pub struct Test {
    /// Only these layers
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Layer>,
    /// Leave the test cluster running
    #[arg(long)]
    keep: bool,
    /// Only tests whose name holds this
    #[arg(long)]
    filter: Option<String>,
    /// The test cluster's name
    #[arg(long, default_value = "test")]
    cluster: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layer {
    /// Formatting and lints
    Style,
    /// Rules, rooms on SQLite and PostgreSQL, charts: no cluster
    Rooms,
    /// The dashboard in a browser, on the real provisioner with an in-memory cluster
    Dashboard,
    /// Faults: the real provisioner, Helm and API server, and a proxy between them that breaks
    Faults,
    /// Orders on the embedded cluster
    World,
    /// The same cluster as one that somebody else runs, with a registry between
    Foreign,
    /// A browser on that cluster: from the dashboard to an order, and a Medusa store with its admin
    Browser,
}

pub fn run(args: &Test, progress: &Progress) -> Result<ExitCode> {
    let wants = |layer| args.only.is_empty() || args.only.contains(&layer);
    let mut packages = tests_needs::DEBIAN_PACKAGES.to_vec();
    packages.extend(images::debian_packages());
    packages.extend(local_cluster::debian_packages());
    if wants(Layer::Browser) || wants(Layer::Dashboard) {
        packages.extend(node::DEBIAN_PACKAGES);
    }
    if wants(Layer::Dashboard) {
        packages.extend(dashboard::DEBIAN_PACKAGES);
    }
    deps::ensure(&packages, progress)?;
    let mut tally = Tally::default();
    if wants(Layer::Style) {
        style(progress, &mut tally)?;
    }
    let world = wants(Layer::World) || wants(Layer::Foreign) || wants(Layer::Browser);
    thread::scope(|scope| -> Result<()> {
        // What the cluster needs is compiled and downloaded while the tests compile.
        let prepared =
            scope.spawn(|| if world { images::ensure_stores(&Engine::ALL, progress).map(Some) } else { Ok(None) });
        if wants(Layer::Rooms) {
            rooms(args, progress, &mut tally)?;
        }
        if wants(Layer::Dashboard) {
            dashboard::run(args.filter.as_deref(), progress, &mut tally)?;
        }
        if wants(Layer::Faults) {
            faults(args, progress, &mut tally)?;
        }
        prepared.join().map_err(|_| anyhow!("the image build panicked"))??;
        Ok(())
    })?;
    if world {
        let outcome = on_a_cluster(args, wants, progress, &mut tally);
        if !args.keep {
            local_cluster::down(&target::settings(&args.cluster)?, progress)?;
        }
        outcome?;
    }
    println!("\n{tally}");
    Ok(if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn style(progress: &Progress, tally: &mut Tally) -> Result<()> {
    let log = target::cache()?.join("log/style.log");
    for (name, arguments) in [
        ("check the formatting", &["fmt", "--all", "--check"][..]),
        ("lint", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"][..]),
    ] {
        let passed = progress.run(name, Cargo::command().args(arguments), &log).is_ok();
        tally.count(name, passed);
    }
    Ok(())
}

fn rooms(args: &Test, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let settings = target::settings(&args.cluster)?;
    let helm = thread::scope(|scope| -> Result<_> {
        let helm = scope.spawn(|| local_cluster::build(&settings, progress).map(|binaries| binaries.helm()));
        let compiled = Cargo::new("compile the tests").args([
            "--workspace",
            "--exclude",
            "e2e",
            "--exclude",
            "faults",
            "--no-run",
        ]);
        compiled.run(progress)?;
        helm.join().map_err(|_| anyhow!("the cluster's build panicked"))?
    })?;
    let mut tests = Cargo::new("rules, rooms and charts")
        .args(["--workspace", "--exclude", "e2e", "--exclude", "faults", "--no-fail-fast"])
        .env("HELM", helm)
        .env("KUBERNETES_VALIDATE", tests_needs::kubernetes_validate(progress)?);
    if let Some(filter) = &args.filter {
        tests = tests.filter(filter);
    }
    tests.count(progress, tally)
}

fn faults(args: &Test, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let mut tests = Cargo::new("faults").args(["-p", "faults", "--no-fail-fast"]);
    for (name, value) in faults::environment(progress)? {
        tests = tests.env(name, value);
    }
    if let Some(filter) = &args.filter {
        tests = tests.filter(filter);
    }
    tests.count(progress, tally)
}

fn on_a_cluster(args: &Test, wants: impl Fn(Layer) -> bool, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let target = TargetArgs::embedded(ClusterArgs::named(&args.cluster));
    let ready = Arc::new(platform::ready(&target, progress).context("the platform did not come up")?);
    if wants(Layer::World) {
        e2e(
            &ready,
            "orders on the embedded cluster",
            args.filter.as_deref().unwrap_or(""),
            &["foreign::"],
            progress,
            tally,
        )?;
    }
    if wants(Layer::Browser) {
        browser::run(&ready, args.filter.as_deref(), progress, tally)?;
    }
    if wants(Layer::Foreign) {
        foreign::run(&ready, args.filter.as_deref(), progress, tally)?;
    }
    Ok(())
}

/// The tests of crate e2e whose name holds `filter`; those of an engine that can't be had count as skipped, by name.
fn e2e(
    world: &platform::World,
    name: &str,
    filter: &str,
    leave_out: &[&str],
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    let mut tests = Cargo::new(name)
        .args(["-p", "e2e"])
        .filter(filter)
        .env("E2E_HELM", &world.access.helm)
        .env("E2E_KUBECTL", &world.access.kubectl);
    for (key, value) in e2e_environment(world)? {
        tests = tests.env(key, value);
    }
    for other in leave_out {
        tests = tests.leave_out(other);
    }
    for (engine, lack) in &world.images.unavailable {
        tests = tests.skip(&format!("{}::", engine.as_str()), &lack.why);
        if lack.is_fault {
            tally.count(&format!("build what stores of engine {} run", engine.as_str()), false);
        }
    }
    tests.count(progress, tally)
}

/// What crate e2e reads: where things are; it makes nothing of this itself.
fn e2e_environment(world: &platform::World) -> Result<Vec<(&'static str, String)>> {
    let access = &world.access;
    let mut environment = world.environment();
    environment.extend([
        ("E2E_CHART", platform::repository()?.join("helm-charts/store-platform").display().to_string()),
        ("E2E_BASE_DOMAIN", access.base_domain.clone()),
        ("E2E_HTTPS_PORT", access.public_port.map(|port| port.to_string()).unwrap_or_default()),
        ("E2E_HTTP_PORT", access.http_port.map(|port| port.to_string()).unwrap_or_default()),
        ("E2E_STORECTL", Cargo::binary("storectl")?.display().to_string()),
    ]);
    if let Some(context) = &access.context {
        environment.push(("E2E_CONTEXT", context.clone()));
    }
    if let Some(cluster) = &access.embedded {
        let own = std::env::current_exe().context("find this program's own file")?;
        environment.push(("E2E_CLUSTER", cluster.name.clone()));
        environment.push(("E2E_XTASK", own.display().to_string()));
    }
    if let Some(registry) = &access.registry {
        environment.push(("E2E_REGISTRY", registry.name.clone()));
    }
    Ok(environment)
}
