//! A copy of the store's chart that a test may spoil.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use faults::programs::repository;

/// The chart with one more template.
pub fn with_template(directory: &Path, template: &str) -> Result<PathBuf> {
    let copy = directory.join("chart");
    // The sub-chart is a link into the same tree: followed, so that the copy stands alone.
    let copied = std::process::Command::new("cp")
        .args(["--recursive", "--dereference"])
        .arg(repository("helm-charts/store-instance"))
        .arg(&copy)
        .status()?;
    ensure!(copied.success(), "copy the chart: {copied}");
    std::fs::write(copy.join("templates/of-the-test.yaml"), template)?;
    Ok(copy)
}
