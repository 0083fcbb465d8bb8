//! The benches of crate faults, on a real API server without nodes: what they run is built, then they measure.

use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result};
use clap::Args;
use local_cluster::progress::Progress;

use crate::test::Cargo;
use crate::{deps, faults, tests_needs};

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

pub fn scale(args: &Scale, progress: &Progress) -> Result<ExitCode> {
    run("scale", args.stores, progress)
}

pub fn throughput(args: &Throughput, progress: &Progress) -> Result<ExitCode> {
    run("throughput", args.stores, progress)
}

fn run(what: &str, stores: usize, progress: &Progress) -> Result<ExitCode> {
    let mut packages = tests_needs::DEBIAN_PACKAGES.to_vec();
    packages.extend(local_cluster::debian_packages());
    deps::ensure(&packages, progress)?;
    let mut command = Cargo::command();
    command.args(["run", "--quiet", "--release", "--package", "faults", "--bin", "bench", "--", what]);
    command.arg(stores.to_string()).envs(faults::release_environment(progress)?).stdin(Stdio::null());
    let status = command.status().context("run cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
