//! Measures in one run, as ratios: this machine's absolute seconds say little elsewhere.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use local_cluster::progress::Progress;

mod create;
mod engines;
mod harness;

#[derive(Args, Clone, Debug)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// A store through the API, against Helm alone with the same chart and values
    Create(create::Create),
    /// Seconds by step and memory of both engines; the golden dump against real migrations
    Engines(engines::Engines),
    /// Ten thousand stores at rest against one thousand: a pass, a restart, memory
    Scale(harness::Scale),
    /// Stores a second through the API, against Helm alone side by side
    Throughput(harness::Throughput),
    /// How soon another provisioner goes on, and how much slower stores get ready under kill -9 every two seconds
    Recovery(harness::Recovery),
    /// The dashboard's list with a thousand stores: how soon it answers and shows what happens
    Dashboard(Dashboard),
}

#[derive(Args, Clone, Debug)]
struct Dashboard {
    #[arg(long, default_value_t = 1000)]
    stores: u32,
}

pub fn run(args: &Bench, progress: &Progress) -> Result<ExitCode> {
    match &args.what {
        What::Create(create) => create::run(create, progress),
        What::Engines(engines) => engines::run(engines, progress),
        What::Scale(scale) => harness::scale(scale, progress),
        What::Dashboard(dashboard) => crate::test::bench_dashboard(dashboard.stores, progress),
        What::Recovery(recovery) => harness::recovery(recovery, progress),
        What::Throughput(throughput) => harness::throughput(throughput, progress),
    }
}
