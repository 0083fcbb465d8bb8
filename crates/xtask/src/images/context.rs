//! What goes into an image: the files of its build context, and the hash that names it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// Raised when something outside the contexts changes what an image holds (the base's recipe, the build's flags).
const RECIPE: &str = "1";
/// Characters of the hash in a tag: enough to tell apart, short enough to read.
const TAG_HEX: usize = 12;

#[derive(Default)]
pub struct BuildContext {
    /// Where in the context -> the file on this machine, its mode and hash. Sorted: the hash depends on the order.
    files: BTreeMap<String, Input>,
    /// A part that is known by its digest alone until it is provided.
    named: BTreeMap<String, String>,
    provided: BTreeMap<String, PathBuf>,
}

struct Input {
    source: PathBuf,
    executable: bool,
    hash: String,
}

impl BuildContext {
    /// Every file below `source`, links followed, as `place/…`.
    pub fn directory(&mut self, place: &str, source: &Path) -> Result<()> {
        for entry in WalkDir::new(source).follow_links(true) {
            let entry = entry.with_context(|| format!("read {}", source.display()))?;
            if !entry.file_type().is_file() {
                continue;
            }
            let relative = entry.path().strip_prefix(source)?.to_string_lossy().into_owned();
            let place = if place.is_empty() { relative } else { format!("{place}/{relative}") };
            self.file(&place, entry.path())?;
        }
        Ok(())
    }

    pub fn file(&mut self, place: &str, source: &Path) -> Result<()> {
        let mode = fs::metadata(source).with_context(|| format!("look at {}", source.display()))?.permissions().mode();
        let input = Input { source: source.to_owned(), executable: mode & 0o100 != 0, hash: hash_file(source)? };
        self.files.insert(place.to_owned(), input);
        Ok(())
    }

    pub fn named(&mut self, place: &str, digest: &str) {
        self.named.insert(place.to_owned(), digest.to_owned());
    }

    pub fn provide(&mut self, place: &str, directory: &Path) {
        self.provided.insert(place.to_owned(), directory.to_owned());
    }

    /// `<version>-<12 hex of the hash of the inputs>`.
    pub fn tag(&self, version: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("recipe {RECIPE} {}\n", std::env::consts::ARCH));
        for (place, input) in &self.files {
            hash.update(format!("{} {} {place}\n", input.hash, u8::from(input.executable)));
        }
        for (place, digest) in &self.named {
            hash.update(format!("{digest} {place}/\n"));
        }
        let hex = hex::encode(hash.finalize());
        format!("{version}-{}", &hex[..TAG_HEX])
    }

    /// Lays the files out; modes are set, so that a checkout's umask changes nothing.
    pub fn write(&self, directory: &Path) -> Result<()> {
        for (place, input) in &self.files {
            let mode = if input.executable { 0o755 } else { 0o644 };
            copy(&input.source, &directory.join(place), mode)?;
        }
        for (place, source) in &self.provided {
            for entry in WalkDir::new(source) {
                let entry = entry.with_context(|| format!("read {}", source.display()))?;
                if entry.file_type().is_file() {
                    copy(entry.path(), &directory.join(place).join(entry.path().strip_prefix(source)?), 0o644)?;
                }
            }
        }
        Ok(())
    }
}

fn copy(source: &Path, target: &Path, mode: u32) -> Result<()> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
        fs::set_permissions(parent, fs::Permissions::from_mode(0o755))?;
    }
    fs::copy(source, target).with_context(|| format!("copy {} to {}", source.display(), target.display()))?;
    fs::set_permissions(target, fs::Permissions::from_mode(mode))
        .with_context(|| format!("set the mode of {}", target.display()))
}

pub fn hash_file(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("read {}", path.display()))?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_follows_content_place_and_mode_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a");
        let tag = |place: &str| {
            let mut context = BuildContext::default();
            context.file(place, &file).unwrap();
            context.tag("1.0")
        };
        fs::write(&file, "one").unwrap();
        let first = tag("a");
        assert!(first.starts_with("1.0-") && first.len() == 4 + TAG_HEX);
        fs::write(&file, "one").unwrap();
        assert_eq!(tag("a"), first);
        assert_ne!(tag("b"), first);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert_ne!(tag("a"), first);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&file, "two").unwrap();
        assert_ne!(tag("a"), first);
    }

    #[test]
    fn links_are_followed_into_the_context() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("chart/charts")).unwrap();
        fs::create_dir_all(directory.path().join("engine")).unwrap();
        fs::write(directory.path().join("engine/values.yaml"), "a: 1").unwrap();
        std::os::unix::fs::symlink("../../engine", directory.path().join("chart/charts/engine")).unwrap();
        let mut context = BuildContext::default();
        context.directory("chart", &directory.path().join("chart")).unwrap();
        let out = tempfile::tempdir().unwrap();
        context.write(out.path()).unwrap();
        let copied = out.path().join("chart/charts/engine/values.yaml");
        assert!(fs::symlink_metadata(&copied).unwrap().is_file());
        assert_eq!(fs::read_to_string(copied).unwrap(), "a: 1");
    }
}
