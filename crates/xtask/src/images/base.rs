//! The base image where there is no Docker: Debian trixie made by mmdebstrap, under the name that Docker's has, so
//! that the same Dockerfiles build on it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;

pub const BASE: &str = "docker.io/library/debian:trixie-slim";
const SUITE: &str = "trixie";
const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";
const HOST_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Settings of the machine's own apt that a build on it needs too: the way out (proxies), and whether a mirror that
/// lags behind is taken. Nothing else is carried over, and nothing of it stays in an image.
const CARRIED: [&str; 5] = [
    "Acquire::Check-Valid-Until",
    "Acquire::Check-Date",
    "Acquire::http::Proxy",
    "Acquire::https::Proxy",
    "Acquire::Retries",
];

/// How this machine reaches Debian.
#[derive(Debug)]
pub struct Apt {
    mirror: String,
    settings: Vec<String>,
}

impl Apt {
    pub fn of_this_machine() -> Result<Apt> {
        let targets = ask("apt-get", &["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"])?;
        let dump = ask("apt-config", &["dump", "--format", "%F \"%v\";%n"])?;
        let mut settings: Vec<String> = dump.lines().filter(|line| is_carried(line)).map(str::to_owned).collect();
        let mirror = mirror(&targets);
        if needs_authorities(&mirror, &settings) {
            settings.push(format!("Acquire::https::CaInfo \"{HOST_AUTHORITIES}\";"));
        }
        Ok(Apt { mirror, settings })
    }

    /// Mounts for a build: a file with the settings, and the host's authorities where https is spoken. Read-only, and
    /// under names that no package owns.
    pub fn mounts(&self, images: &Path) -> Result<Vec<OsString>> {
        if self.settings.is_empty() {
            return Ok(Vec::new());
        }
        let inside = "/run/store-platform-authorities.crt";
        let text = self.settings.join("\n").replace(HOST_AUTHORITIES, inside);
        let file = images.join("host-apt.conf");
        fs::write(&file, text + "\n").with_context(|| format!("write {}", file.display()))?;
        let mut mounts = vec![volume(&file, "/etc/apt/apt.conf.d/99-host")];
        if needs_authorities(&self.mirror, &self.settings) {
            mounts.push(volume(Path::new(HOST_AUTHORITIES), inside));
        }
        Ok(mounts)
    }

    /// Makes the base as a tar file; an earlier one is kept unless `fresh`.
    pub fn base(&self, images: &Path, fresh: bool, progress: &Progress, log: &Path) -> Result<PathBuf> {
        let base = images.join(format!("base-{SUITE}-{}.tar", std::env::consts::ARCH));
        if base.exists() && !fresh {
            return Ok(base);
        }
        let unfinished = images.join("base.unfinished.tar");
        let mut command = Command::new("mmdebstrap");
        // As Docker's slim image: no documentation, no translations.
        command.args(["--variant=minbase", "--format=tar"]);
        command.args(
            ["man", "info", "doc", "locale", "lintian"]
                .map(|name| format!("--dpkgopt=path-exclude=/usr/share/{name}/*")),
        );
        command.args(["--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=force-unsafe-io"]);
        command.args(self.settings.iter().map(|setting| format!("--aptopt={}", setting.trim_end_matches(';'))));
        command.arg("--customize-hook=rm -f \"$1/etc/apt/apt.conf.d/99mmdebstrap\"");
        command.arg(SUITE).arg(&unfinished).arg(&self.mirror);
        progress.run("make the base image (Debian trixie)", &mut command, log)?;
        fs::rename(&unfinished, &base).with_context(|| format!("finish {}", base.display()))?;
        Ok(base)
    }
}

/// The machine's own mirror of Debian, else (Ubuntu, say) the official address.
fn mirror(targets: &str) -> String {
    targets
        .lines()
        .filter_map(|line| line.strip_prefix("Debian "))
        .find(|uri| uri.trim_end_matches('/').ends_with("/debian"))
        .map_or(DEFAULT_MIRROR, |uri| uri.trim_end_matches('/'))
        .to_owned()
}

fn is_carried(line: &str) -> bool {
    let Some((name, value)) = line.split_once(' ') else { return false };
    value != "\"\";" && CARRIED.iter().any(|carried| name == *carried || name.starts_with(&format!("{carried}::")))
}

fn needs_authorities(mirror: &str, settings: &[String]) -> bool {
    mirror.starts_with("https:") || settings.iter().any(|line| line.contains("\"https:"))
}

fn volume(host: &Path, inside: &str) -> OsString {
    let mut argument = host.as_os_str().to_owned();
    argument.push(format!(":{inside}:ro"));
    argument
}

fn ask(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("run {program}"))?;
    if !output.status.success() {
        bail!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_mirror_is_used_and_no_other_distributions() {
        assert_eq!(
            mirror("Debian http://mirror.example/debian/\nDebian http://mirror.example/debian-security/\n"),
            "http://mirror.example/debian"
        );
        assert_eq!(mirror("Debian http://mirror.example/debian-security/\n"), DEFAULT_MIRROR);
        assert_eq!(mirror("Ubuntu http://archive.example/ubuntu/\n"), DEFAULT_MIRROR);
    }

    #[test]
    fn only_the_way_out_is_carried_over() {
        assert!(is_carried("Acquire::http::Proxy \"http://10.0.0.1:3142\";"));
        assert!(is_carried("Acquire::http::Proxy::mirror.example \"DIRECT\";"));
        assert!(is_carried("Acquire::Check-Valid-Until \"false\";"));
        assert!(!is_carried("Acquire::http::Proxy \"\";"));
        assert!(!is_carried("APT::Install-Recommends \"false\";"));
        assert!(!is_carried("Acquire::AllowInsecureRepositories \"1\";"));
    }
}
