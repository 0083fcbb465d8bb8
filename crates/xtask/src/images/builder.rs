//! Docker, or buildah: the same Dockerfile, the same kind of archive.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;

use super::base::{Apt, BASE};
use super::record::Packages;
use super::{BuildWith, npm, record};

pub enum Builder {
    Docker,
    Buildah(Buildah),
}

/// buildah with a storage of its own: the machine's other images are neither used nor touched.
pub struct Buildah {
    storage: PathBuf,
    run: PathBuf,
}

impl Builder {
    pub fn choose(with: BuildWith, images: &Path) -> Result<Builder> {
        let docker = match with {
            BuildWith::Docker if !Self::docker_answers() => {
                bail!("no Docker engine answers; start it, or use --builder buildah")
            }
            BuildWith::Docker => true,
            BuildWith::Buildah => false,
            BuildWith::Auto => Self::docker_answers(),
        };
        Ok(if docker { Builder::Docker } else { Builder::Buildah(Buildah::new(images)) })
    }

    /// The client alone is not enough: an engine must answer it.
    pub fn docker_answers() -> bool {
        Command::new("docker")
            .args(["version", "--format", "{{.Server.Version}}"])
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success())
    }

    /// Sees that the base image is there.
    pub fn prepare(&self, images: &Path, fresh: bool, progress: &Progress, log: &Path) -> Result<()> {
        match self {
            // Docker pulls it.
            Builder::Docker => Ok(()),
            Builder::Buildah(buildah) => buildah.prepare(images, fresh, progress, log),
        }
    }

    /// Builds the context's Dockerfile into an OCI archive; answers with the packages inside.
    pub fn build(
        &self,
        context: &Path,
        reference: &str,
        archive: &Path,
        progress: &Progress,
        log: &Path,
    ) -> Result<Packages> {
        match self {
            Builder::Docker => {
                let mut build = Command::new("docker");
                build.args(["build", "--tag", reference]).arg(context);
                progress.run_logged(&mut build, log)?;
                let mut save = Command::new("docker");
                progress.run_logged(save.args(["save", "--output"]).arg(archive).arg(reference), log)?;
                Ok(record::packages(&docker_packages(reference)?))
            }
            Builder::Buildah(buildah) => buildah.build(context, reference, archive, progress, log),
        }
    }
}

/// The lists of packages, copied out of the image: one of the images has no shell that could print them.
fn docker_packages(reference: &str) -> Result<String> {
    let directory = tempfile::tempdir().context("make a directory for the lists of packages")?;
    let container = answer(Command::new("docker").args(["create", reference]))?;
    let container = container.trim();
    let place = format!("{container}:/usr/share/store-platform/.");
    let copied = answer(Command::new("docker").args(["cp", &place]).arg(directory.path()));
    answer(Command::new("docker").args(["rm", container]))?;
    copied?;
    let mut text = String::new();
    for entry in std::fs::read_dir(directory.path()).context("list the lists of packages")? {
        let entry = entry.context("list the lists of packages")?;
        if entry.file_name().to_string_lossy().starts_with("packages") {
            text +=
                &std::fs::read_to_string(entry.path()).with_context(|| format!("read {}", entry.path().display()))?;
        }
    }
    Ok(text)
}

impl Buildah {
    fn new(images: &Path) -> Buildah {
        // Its run directory must not outlive a reboot: mounts are counted there.
        let name: String = images
            .to_string_lossy()
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .collect();
        Buildah { storage: images.join("storage"), run: Path::new("/run/store-platform/images").join(name) }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(&self.storage).arg("--runroot").arg(&self.run).stdin(Stdio::null());
        command
    }

    fn prepare(&self, images: &Path, fresh: bool, progress: &Progress, log: &Path) -> Result<()> {
        if !fresh && answer(self.command().args(["inspect", "--type", "image", BASE])).is_ok() {
            return Ok(());
        }
        let base = Apt::of_this_machine()?.base(images, fresh, progress, log)?;
        let container = answer(self.command().args(["from", "scratch"]))?;
        let container = container.trim();
        let imported = (|| {
            progress.run_logged(self.command().args(["add", "--quiet", container]).arg(&base).arg("/"), log)?;
            progress.run_logged(self.command().args(["config", "--cmd", "/bin/bash", container]), log)?;
            progress.run_logged(self.command().args(["commit", "--quiet", container, BASE]), log)
        })();
        progress.run_logged(self.command().args(["rm", container]), log)?;
        imported.context("import the base image")
    }

    fn build(
        &self,
        context: &Path,
        reference: &str,
        archive: &Path,
        progress: &Progress,
        log: &Path,
    ) -> Result<Packages> {
        if archive.exists() {
            // Of an interrupted run: buildah would add to it.
            std::fs::remove_file(archive).with_context(|| format!("remove {}", archive.display()))?;
        }
        let mut build = self.command();
        build.args(["bud", "--isolation", "chroot", "--pull-never", "--format", "oci"]);
        // buildah would give 1024; npm and the bundler of an admin UI open more.
        if let Some(most) = most_open_files()? {
            build.args(["--ulimit", &format!("nofile={most}:{most}")]);
        }
        // Straight into the archive, and not compressed: written, read and unpacked on this machine, that saves half a
        // minute of it. A push to a registry compresses.
        build.args(["--disable-compression", "--tag"]).arg(oci_archive(archive, reference));
        let images = archive.parent().context("the archive has a directory")?;
        for mount in Apt::of_this_machine()?.mounts(images)?.into_iter().chain(npm::mounts(context, images)?) {
            build.arg("--volume").arg(mount);
        }
        progress.run_logged(build.arg(context), log)?;
        // What the stages before the last left: nothing uses them again.
        progress.run_logged(self.command().args(["rmi", "--prune"]), log)?;
        record::packages_of(archive)
    }
}

/// As many as this process may have open, where that is a number.
fn most_open_files() -> Result<Option<u64>> {
    let limits = std::fs::read_to_string("/proc/self/limits").context("read /proc/self/limits")?;
    Ok(hard_limit(&limits, "Max open files"))
}

/// A line is `<name>  <soft>  <hard>  <unit>`.
fn hard_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Sends an archive to a registry under a name.
pub fn push(archive: &Path, name: &str, images: &Path, progress: &Progress, log: &Path) -> Result<()> {
    if Builder::docker_answers() {
        let loaded = answer(Command::new("docker").args(["load", "--quiet", "--input"]).arg(archive))?;
        let loaded = loaded.trim().rsplit(' ').next().context("docker load names no image")?;
        progress.run_logged(Command::new("docker").args(["tag", loaded, name]), log)?;
        return progress.run_logged(Command::new("docker").args(["push", "--quiet", name]), log);
    }
    let buildah = Buildah::new(images);
    let mut source = OsString::from("oci-archive:");
    source.push(archive);
    let id = answer(buildah.command().args(["pull", "--quiet"]).arg(source))?;
    let mut push = buildah.command();
    push.args(["push", "--quiet", "--format", "oci"]);
    if is_near(name) {
        push.arg("--tls-verify=false");
    }
    progress.run_logged(push.arg(id.trim()).arg(format!("docker://{name}")), log)?;
    progress.run_logged(buildah.command().args(["rmi", "--force", id.trim()]), log)
}

/// A registry on this machine or in a private network may speak plain http or have a certificate of its own; any
/// other must have one that this machine trusts.
fn is_near(name: &str) -> bool {
    let authority = name.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(std::net::IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn oci_archive(archive: &Path, reference: &str) -> OsString {
    let mut argument = OsString::from("oci-archive:");
    argument.push(archive);
    argument.push(format!(":{reference}"));
    argument
}

fn answer(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {program}"))?;
    if !output.status.success() {
        bail!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hard_limit_is_the_second_number() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             unlimited            unlimited            processes \n\
                      Max open files            1024                 20000                files     \n";
        assert_eq!(hard_limit(limits, "Max open files"), Some(20000));
        assert_eq!(hard_limit(limits, "Max processes"), None);
    }

    #[test]
    fn plain_http_is_for_registries_nearby() {
        assert!(is_near("localhost:5000/store-platform/mysql:1"));
        assert!(is_near("127.0.0.1:5000/x"));
        assert!(is_near("10.1.2.3:5000/x"));
        assert!(is_near("[::1]:5000/x"));
        assert!(is_near("registry.localhost/x"));
        assert!(!is_near("registry.example.com/x"));
        assert!(!is_near("8.8.8.8:5000/x"));
        assert!(!is_near("localhost.example.com/x"));
    }
}
