//! What the machine must have. As root it is installed; otherwise it is named.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;

/// Sees that the Debian packages are there.
pub fn ensure(packages: &[&str], progress: &Progress) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if which::which("apt-get").is_err() {
        bail!(
            "this machine lacks {} and has no apt-get: install them with its own package manager",
            missing.join(", ")
        );
    }
    if !nix_is_root()? {
        bail!("not root, so please install what is missing: sudo apt-get install {}", missing.join(" "));
    }
    let log = crate::target::cache()?.join("log/apt.log");
    progress.run("refresh the package lists", apt().arg("update"), &log)?;
    progress.run(
        &format!("install {}", missing.join(", ")),
        apt().args(["install", "--yes", "--no-install-recommends"]).args(&missing),
        &log,
    )
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    // A package that asks a question would wait for ever on a machine without a keyboard.
    // As in runlevel 1: a server that is installed for its program is not to be started.
    command.env("RUNLEVEL", "1");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=300"]).stdin(Stdio::null());
    command
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Abbrev}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"ii"))
}

fn nix_is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("run id")?;
    Ok(output.stdout.trim_ascii() == b"0")
}
