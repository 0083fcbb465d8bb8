//! How a build on this machine reaches npm's registry: by the authorities that the machine trusts, and through a cache
//! that outlives the build. Docker's builds reach it as Docker does.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const HOST_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
const AUTHORITIES: &str = "/run/store-platform-npm-authorities.crt";
const CACHE: &str = "/var/cache/store-platform-npm";
/// Read by images/medusa/npm.sh.
const SETTINGS: &str = "/run/store-platform-npmrc";

/// Mounts for the build of a context with npm packages; none for the others.
pub fn mounts(context: &Path, images: &Path) -> Result<Vec<OsString>> {
    if !context.join("app/package-lock.json").exists() {
        return Ok(Vec::new());
    }
    let cache = images.join("npm-cache");
    fs::create_dir_all(&cache).with_context(|| format!("create {}", cache.display()))?;
    // The lock file names each package's content: what the cache has is right, and need not be asked for again.
    let mut settings = vec![format!("cache={CACHE}"), "prefer-offline=true".to_owned()];
    let mut mounts = vec![volume(&cache, CACHE, "rw")];
    if Path::new(HOST_AUTHORITIES).exists() {
        settings.push(format!("cafile={AUTHORITIES}"));
        mounts.push(volume(Path::new(HOST_AUTHORITIES), AUTHORITIES, "ro"));
    }
    let file = images.join("host-npmrc");
    fs::write(&file, settings.join("\n") + "\n").with_context(|| format!("write {}", file.display()))?;
    mounts.push(volume(&file, SETTINGS, "ro"));
    Ok(mounts)
}

fn volume(host: &Path, inside: &str, mode: &str) -> OsString {
    let mut argument = host.as_os_str().to_owned();
    argument.push(format!(":{inside}:{mode}"));
    argument
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_context_with_npm_packages_gets_a_way_to_the_registry() {
        let images = tempfile::tempdir().unwrap();
        let context = tempfile::tempdir().unwrap();
        assert!(mounts(context.path(), images.path()).unwrap().is_empty());
        fs::create_dir(context.path().join("app")).unwrap();
        fs::write(context.path().join("app/package-lock.json"), "{}").unwrap();
        let mounts = mounts(context.path(), images.path()).unwrap();
        assert!(
            mounts.iter().any(|mount| mount.to_string_lossy().ends_with("/host-npmrc:/run/store-platform-npmrc:ro"))
        );
        assert!(fs::read_to_string(images.path().join("host-npmrc")).unwrap().starts_with("cache=/var/cache/"));
    }
}
