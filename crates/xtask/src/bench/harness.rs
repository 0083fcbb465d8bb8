//! The benches of crate faults, on a real API server without nodes: what they run is built, then they measure.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use local_cluster::progress::Progress;

use crate::faults;

#[derive(Args, Clone, Debug)]
pub struct Scale {
    /// The most stores that are measured, in thousands; 100 and 1,000 are besides
    #[arg(long, default_value_t = 10_000)]
    stores: usize,
}

#[derive(Args, Clone, Debug)]
pub struct Throughput {
    /// How many stores each road makes
    #[arg(long, default_value_t = 200)]
    stores: usize,
}

#[derive(Args, Clone, Debug)]
pub struct Recovery {
    /// How many stores are made, once calmly and once under kills
    #[arg(long, default_value_t = 20)]
    stores: usize,
}

pub fn recovery(args: &Recovery, progress: &Progress) -> Result<ExitCode> {
    faults::bench("recovery", args.stores, progress)
}

pub fn scale(args: &Scale, progress: &Progress) -> Result<ExitCode> {
    faults::bench("scale", args.stores, progress)
}

pub fn throughput(args: &Throughput, progress: &Progress) -> Result<ExitCode> {
    faults::bench("throughput", args.stores, progress)
}
