//! The dashboard in a real browser: its built files behind the image's own nginx, and the real provisioner on its
//! in-memory cluster.

use anyhow::{Context as _, Result};
use local_cluster::progress::Progress;

use super::Cargo;
use super::cargo::Tally;
use super::node::NodeTests;
use crate::{platform, target, tests_needs};

const NAME: &str = "the dashboard in a browser";
/// The server of the image, on this machine.
pub const DEBIAN_PACKAGES: [&str; 1] = ["nginx-light"];

/// The list with a thousand stores; prints its figures.
pub fn bench(stores: u32, progress: &Progress) -> Result<std::process::ExitCode> {
    let mut packages = super::node::DEBIAN_PACKAGES.to_vec();
    packages.extend(DEBIAN_PACKAGES);
    packages.extend(tests_needs::DEBIAN_PACKAGES);
    crate::deps::ensure(&packages, progress)?;
    let node = tests_needs::node(progress)?;
    let folder = platform::repository()?.join("dashboard");
    let log = target::cache()?.join("log/dashboard.log");
    progress.run("install the dashboard's packages", node.npm()?.current_dir(&folder).arg("ci"), &log)?;
    progress.run("build the dashboard", node.npm()?.current_dir(&folder).args(["run", "build"]), &log)?;
    let mut bench = std::process::Command::new(&node.program);
    bench.current_dir(&folder).arg("test/bench/thousand.js");
    let step = progress.step("compile the provisioner as it is shipped", None);
    let provisioner = Cargo::binary_with("dev", &["--release"]);
    match &provisioner {
        Ok(_) => step.done(""),
        Err(error) => step.fail(error),
    }
    bench.env("DEV_PROVISIONER", provisioner?).env("STORES", stores.to_string());
    let status =
        bench.env("CHROMIUM", which::which("chromium").context("find chromium")?).status().context("run node")?;
    Ok(if status.success() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE })
}

pub fn run(filter: Option<&str>, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let node = tests_needs::node(progress)?;
    let folder = platform::repository()?.join("dashboard");
    let log = target::cache()?.join("log/dashboard.log");
    let npm = |what: &str, arguments: &[&str]| -> Result<()> {
        progress.run(what, node.npm()?.current_dir(&folder).args(arguments), &log)
    };
    npm("install the dashboard's packages", &["ci"])?;
    if filter.is_none() {
        tally.count(
            "the dashboard's types and style",
            npm("check the dashboard's types and style", &["run", "check"]).is_ok(),
        );
        tally.count("the dashboard's rules", npm("test the dashboard's rules", &["test"]).is_ok());
    }
    npm("build the dashboard", &["run", "build"])?;
    if filter.is_none() {
        tally.count("the dashboard's size", npm("weigh the dashboard's first load", &["run", "size"]).is_ok());
    }
    let environment = vec![("DEV_PROVISIONER", Cargo::binary("dev")?.display().to_string())];
    let files = &["test/browser/*.test.js"];
    NodeTests { name: NAME, node: &node, folder: &folder, files, environment, filter, log: "dashboard-browser.log" }
        .run(progress, tally)
}
