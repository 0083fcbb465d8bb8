//! The benches that need an API server and no node: crate faults has both, and measures.

use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result};
use clap::Args;
use local_cluster::progress::Progress;

use crate::test::Cargo;
use crate::{deps, faults, tests_needs};

#[derive(Args, Clone, Debug)]
pub struct Scale {
    /// The largest number of stores, in thousands
    #[arg(long, default_value_t = 10_000)]
    stores: usize,
}

#[derive(Args, Clone, Debug)]
pub struct Throughput {
    /// How many stores each way, twice
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
    let environment = faults::environment_for_benches(progress)?;
    let mut command = Cargo::command();
    command.args(["run", "--quiet", "--release", "--package", "faults", "--bin", "bench", "--", what]);
    let status = command.arg(stores.to_string()).envs(environment).stdin(Stdio::null()).status();
    Ok(if status.context("run cargo")?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
