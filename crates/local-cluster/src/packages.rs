//! What must be installed on the machine, and how.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::progress::Progress;

/// A Debian package, and a file that shows it is there (others may have installed it by other means).
const NEEDED: [(&str, &[&str]); 8] = [
    ("runc", &["runc"]),
    ("containernetworking-plugins", &["/usr/lib/cni/ptp", "/opt/cni/bin/ptp"]),
    ("nftables", &["nft"]),
    ("conntrack", &["conntrack"]),
    ("iproute2", &["ip"]),
    ("util-linux", &["unshare"]),
    ("mount", &["mount"]),
    ("busybox-static", &["busybox"]),
];

pub fn debian_packages() -> &'static [&'static str] {
    &[
        "runc",
        "containernetworking-plugins",
        "nftables",
        "conntrack",
        "iproute2",
        "util-linux",
        "mount",
        "busybox-static",
    ]
}

/// Installs what is missing where that is possible, else says exactly what to install.
pub fn ensure_packages(progress: &Progress, log: &Path) -> Result<()> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(_, files)| !files.iter().any(|file| present(file)))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !nix::unistd::geteuid().is_root() || which::which("apt-get").is_err() {
        bail!(
            "missing on this machine: {}. Install them (these are Debian's package names), then run again",
            missing.join(" ")
        );
    }
    let mut update = apt();
    update.args(["update", "-q"]);
    let mut install = apt();
    install.args(["install", "-y", "-q", "--no-install-recommends"]).args(&missing);
    progress.run("apt-get update", &mut update, log)?;
    progress.run(&format!("apt-get install {}", missing.join(" ")), &mut install, log)
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn present(file: &str) -> bool {
    if file.starts_with('/') { Path::new(file).exists() } else { which::which(file).is_ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_packages_is_the_list_that_is_checked() {
        assert_eq!(NEEDED.map(|(package, _)| package).as_slice(), debian_packages());
    }
}
