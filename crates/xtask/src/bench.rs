//! Measures in one run, as ratios: this machine's absolute seconds say little elsewhere.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use local_cluster::progress::Progress;

mod create;
mod engines;
mod rates;

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
    /// What stores at rest cost: memory, API calls of a restart, a pass over all of them; on an API server without nodes
    Scale(rates::Scale),
    /// Stores per second through the API, over Helm alone; on an API server without nodes
    Throughput(rates::Throughput),
}

pub fn run(args: &Bench, progress: &Progress) -> Result<ExitCode> {
    match &args.what {
        What::Create(create) => create::run(create, progress),
        What::Engines(engines) => engines::run(engines, progress),
        What::Scale(scale) => rates::scale(scale, progress),
        What::Throughput(throughput) => rates::throughput(throughput, progress),
    }
}
