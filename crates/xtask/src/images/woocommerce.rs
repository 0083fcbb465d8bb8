//! Where the WooCommerce plugin comes from: a file or directory that the user names, the cache, or its official
//! address. In each case the unpacked tree must have the content that is pinned in the repository.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::context::hash_file;

/// Names a zip file or an unpacked directory to take instead of downloading.
pub const VARIABLE: &str = "WOOCOMMERCE_ZIP";
/// A stalled download is given up after so many seconds without a byte worth naming.
const STALL_SECONDS: &str = "30";

/// WooCommerce can't be had here. Says why and how to cure it; its reader sees "engine woocommerce is not available: …".
#[derive(Debug)]
pub struct Unavailable {
    why: String,
    cure: String,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}. {}", self.why, self.cure)
    }
}

/// The first word of `woocommerce.digest`.
pub fn pinned_digest(sources: &Path) -> Result<String> {
    let path = sources.join("woocommerce.digest");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let digest = text.split_whitespace().next().with_context(|| format!("{} is empty", path.display()))?;
    Ok(digest.to_owned())
}

/// The unpacked plugin, with the pinned content.
pub fn find(cache: &Path, version: &str, digest: &str, progress: &Progress) -> Result<PathBuf, Unavailable> {
    let home = cache.join(format!("woocommerce-{version}"));
    let address = format!("https://downloads.wordpress.org/plugin/woocommerce.{version}.zip");
    let cure = format!(
        "Set {VARIABLE} to the plugin's zip file ({address}) or to its unpacked directory, or put that directory at {}, then run the same command again",
        home.join("woocommerce").display()
    );
    let found = match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(given) => {
            take(Path::new(&given), &home, digest).with_context(|| format!("{VARIABLE}={}", given.display()))
        }
        None => cached_or_downloaded(&home, &address, digest, progress),
    };
    found.map_err(|error| Unavailable { why: format!("WooCommerce {version}: {error:#}"), cure })
}

/// sha256 over the lines `<sha256 of the file>  <path>\n`, sorted by path (as bytes). Files only; the same sum as
/// `find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
pub fn content_digest(directory: &Path) -> Result<String> {
    let mut files = Vec::new();
    for entry in WalkDir::new(directory) {
        let entry = entry.with_context(|| format!("read {}", directory.display()))?;
        if entry.file_type().is_symlink() {
            bail!("{} is a link; the plugin has none", entry.path().display());
        }
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(directory)?.to_str().context("a file name is not UTF-8")?.to_owned();
            files.push(path);
        }
    }
    files.sort_unstable();
    let mut hash = Sha256::new();
    for path in files {
        hash.update(format!("{}  {path}\n", hash_file(&directory.join(&path))?));
    }
    Ok(hex::encode(hash.finalize()))
}

fn cached_or_downloaded(home: &Path, address: &str, digest: &str, progress: &Progress) -> Result<PathBuf> {
    let tree = home.join("woocommerce");
    if tree.is_dir() {
        if verify(&tree, digest).is_ok() {
            return Ok(tree);
        }
        progress.say(format!("{} is not the pinned WooCommerce; downloading it anew", tree.display()));
    }
    fs::create_dir_all(home).with_context(|| format!("create {}", home.display()))?;
    let zip = home.join("woocommerce.zip");
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--location", "--silent", "--show-error", "--proto", "=https"])
        .args(["--connect-timeout", "15", "--speed-limit", "1000", "--speed-time", STALL_SECONDS, "--output"])
        .args([zip.as_os_str(), address.as_ref()]);
    let output = curl.output().context("run curl")?;
    if !output.status.success() {
        bail!("it could not be downloaded from {address} ({})", String::from_utf8_lossy(&output.stderr).trim());
    }
    take(&zip, home, digest)
}

/// A zip file or a directory, verified; a zip is unpacked into the cache.
fn take(given: &Path, home: &Path, digest: &str) -> Result<PathBuf> {
    if given.is_dir() {
        let inner = given.join("woocommerce");
        let tree = if inner.join("woocommerce.php").is_file() { inner } else { given.to_owned() };
        verify(&tree, digest)?;
        return Ok(tree);
    }
    if !given.is_file() {
        bail!("there is no such file or directory");
    }
    fs::create_dir_all(home).with_context(|| format!("create {}", home.display()))?;
    let scratch =
        tempfile::Builder::new().prefix("unpack-").tempdir_in(home).context("make a directory to unpack into")?;
    let output =
        Command::new("unzip").arg("-q").arg(given).arg("-d").arg(scratch.path()).output().context("run unzip")?;
    if !output.status.success() {
        bail!("it does not unpack: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let unpacked = scratch.path().join("woocommerce");
    verify(&unpacked, digest)?;
    let tree = home.join("woocommerce");
    if tree.exists() {
        fs::remove_dir_all(&tree).with_context(|| format!("remove {}", tree.display()))?;
    }
    fs::rename(&unpacked, &tree).with_context(|| format!("move the plugin to {}", tree.display()))?;
    Ok(tree)
}

fn verify(tree: &Path, digest: &str) -> Result<()> {
    let found = content_digest(tree)?;
    if found != digest {
        bail!("its content digest is {found}, pinned is {digest}: it is another version, or damaged");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("b-dir")).unwrap();
        fs::write(directory.path().join("b-dir/x"), "1\n").unwrap();
        fs::write(directory.path().join("b"), "2\n").unwrap();
        fs::write(directory.path().join("A"), "3\n").unwrap();
        directory
    }

    /// By hand: printf '1\n' | sha256sum and so on, then the three lines in the order A, b, b-dir/x.
    #[test]
    fn the_digest_is_the_one_that_a_shell_computes() {
        let lines = "1121cfccd5913f0a63fec40a6ffd44ea64f9dc135c66634ba001d10bcf4302a2  A\n\
                     53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3  b\n\
                     4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  b-dir/x\n";
        assert_eq!(content_digest(tree().path()).unwrap(), hex::encode(Sha256::digest(lines)));
    }

    #[test]
    fn a_changed_byte_a_moved_file_and_a_link_are_noticed() {
        let original = content_digest(tree().path()).unwrap();
        let changed = tree();
        fs::write(changed.path().join("b"), "2 \n").unwrap();
        assert_ne!(content_digest(changed.path()).unwrap(), original);
        let moved = tree();
        fs::rename(moved.path().join("b"), moved.path().join("c")).unwrap();
        assert_ne!(content_digest(moved.path()).unwrap(), original);
        let linked = tree();
        std::os::unix::fs::symlink("b", linked.path().join("l")).unwrap();
        assert!(content_digest(linked.path()).is_err());
    }

    #[test]
    fn a_directory_is_taken_as_it_is_or_by_the_plugin_inside_it() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("woocommerce");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("woocommerce.php"), "<?php").unwrap();
        let digest = content_digest(&inner).unwrap();
        let home = tempfile::tempdir().unwrap();
        assert_eq!(take(outer.path(), home.path(), &digest).unwrap(), inner);
        assert_eq!(take(&inner, home.path(), &digest).unwrap(), inner);
        let refused = take(&inner, home.path(), "0000").unwrap_err();
        assert!(refused.to_string().contains("content digest"), "{refused}");
        assert!(take(&inner.join("absent"), home.path(), &digest).is_err());
    }

    #[test]
    fn the_refusal_names_the_reason_and_every_cure() {
        let text =
            Unavailable { why: "WooCommerce 1: no route".to_owned(), cure: format!("Set {VARIABLE}") }.to_string();
        assert_eq!(text, "WooCommerce 1: no route. Set WOOCOMMERCE_ZIP");
    }
}
