//! What crate faults needs: the control plane's programs, Helm, and the provisioner with its fault points.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result};
use clap::Args;
use local_cluster::progress::{Progress, Step};

use crate::target;
use crate::test::Cargo;
use crate::{deps, tests_needs};

#[derive(Args, Clone, Debug)]
pub struct Chaos {
    /// How long faults are made; then everything has to come to its end
    #[arg(long, default_value_t = 5)]
    minutes: u32,
    /// The same seed makes the same faults; a new one each time when left out
    #[arg(long)]
    seed: Option<u64>,
}

/// The environment of crate faults' tests and of its chaos.
pub fn environment(progress: &Progress) -> Result<Vec<(&'static str, PathBuf)>> {
    let step = progress.step("compile the provisioner with its fault points", None);
    let built = Cargo::binary_with("provisioner", &["--features", "faults"]).and_then(|built| kept(&built));
    with(built, step, progress)
}

/// The environment of its benches: the provisioner built as it is shipped, with its fault points for those that follow
/// what it does.
fn release_environment(features: &[&str], progress: &Progress) -> Result<Vec<(&'static str, PathBuf)>> {
    let step = progress.step("compile the provisioner as it is shipped", None);
    let built = Cargo::binary_with("provisioner", &[&["--release"], features].concat());
    with(built, step, progress)
}

fn with(built: Result<PathBuf>, step: Step, progress: &Progress) -> Result<Vec<(&'static str, PathBuf)>> {
    match &built {
        Ok(_) => step.done(""),
        Err(error) => step.fail(error),
    }
    let binaries = local_cluster::build(&target::settings(local_cluster::DEFAULT_NAME)?, progress)?;
    Ok(vec![("FAULTS_BIN", binaries.directory.clone()), ("HELM", binaries.helm()), ("FAULTS_PROVISIONER", built?)])
}

/// Under a name of its own: the next build of the provisioner without fault points would replace it.
fn kept(built: &Path) -> Result<PathBuf> {
    let place = built.with_file_name("provisioner-with-faults");
    let fresh = place.with_extension("new");
    std::fs::copy(built, &fresh).with_context(|| format!("copy {}", built.display()))?;
    std::fs::rename(&fresh, &place).with_context(|| format!("write {}", place.display()))?;
    Ok(place)
}

/// A long random schedule of faults over many stores.
pub fn chaos(args: &Chaos, progress: &Progress) -> Result<ExitCode> {
    ensure_packages(progress)?;
    let mut arguments = vec!["--minutes".to_owned(), args.minutes.to_string()];
    if let Some(seed) = args.seed {
        arguments.extend(["--seed".to_owned(), seed.to_string()]);
    }
    run(&["--bin", "chaos"], &arguments, environment(progress)?)
}

/// One of crate faults' benches, as the provisioner is shipped.
pub fn bench(what: &str, stores: usize, progress: &Progress) -> Result<ExitCode> {
    ensure_packages(progress)?;
    let arguments = [what.to_owned(), stores.to_string()];
    let features: &[&str] = if what == "recovery" { &["--features", "faults"] } else { &[] };
    run(&["--release", "--bin", "bench"], &arguments, release_environment(features, progress)?)
}

fn ensure_packages(progress: &Progress) -> Result<()> {
    let mut packages = tests_needs::DEBIAN_PACKAGES.to_vec();
    packages.extend(local_cluster::debian_packages());
    deps::ensure(&packages, progress)
}

/// A program of crate faults, and whether it ended well.
fn run(program: &[&str], arguments: &[String], environment: Vec<(&'static str, PathBuf)>) -> Result<ExitCode> {
    let mut command = Cargo::command();
    command.args(["run", "--quiet", "--package", "faults"]).args(program).arg("--").args(arguments);
    let status = command.envs(environment).stdin(Stdio::null()).status().context("run cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
