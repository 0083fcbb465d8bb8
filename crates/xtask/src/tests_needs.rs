//! Tools that only the tests need.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use local_cluster::progress::Progress;

use crate::{deps, target};

/// Carries the schemas of Kubernetes 1.25 to 1.37 in its wheel, so charts are checked without a network.
const KUBERNETES_VALIDATE: &str = "kubernetes-validate==1.37.0";

/// A real PostgreSQL for the rooms' tests, and a Python for the chart checker.
pub const DEBIAN_PACKAGES: [&str; 3] = ["postgresql", "python3-venv", "python3-pip"];

/// The chart checker's program, installed into the cache on first use.
pub fn kubernetes_validate(progress: &Progress) -> Result<PathBuf> {
    let venv = target::cache()?.join("python").join(KUBERNETES_VALIDATE.replace("==", "-"));
    let program = venv.join("bin/kubernetes-validate");
    if program.exists() {
        return Ok(program);
    }
    deps::ensure(&DEBIAN_PACKAGES, progress)?;
    let log = target::cache()?.join("log/python.log");
    progress.run(
        "make a Python environment",
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
        &log,
    )?;
    progress.run(
        "install the chart checker",
        Command::new(venv.join("bin/pip")).args(["install", "--quiet", KUBERNETES_VALIDATE]),
        &log,
    )?;
    Ok(program)
}
