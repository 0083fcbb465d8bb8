//! What was built: beside each archive a small JSON file with its digest, size and package versions.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BuiltImage;

/// Where an image lists its packages and their versions, one a line.
const PACKAGES: &str = "usr/share/store-platform/packages";
/// A manifest or a configuration is smaller, a layer with packages larger.
const SMALLEST_LAYER: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub reference: String,
    /// Of the image's manifest: what a registry and a node call it.
    pub digest: String,
    /// Of the archive.
    pub bytes: u64,
    /// Exact versions of the Debian packages inside; sid moves, so they are known after the build only.
    pub packages: BTreeMap<String, String>,
}

impl Record {
    pub fn of(reference: &str, archive: &Path, packages: BTreeMap<String, String>) -> Result<Record> {
        let bytes = fs::metadata(archive).with_context(|| format!("look at {}", archive.display()))?.len();
        Ok(Record { reference: reference.to_owned(), digest: manifest_digest(archive)?, bytes, packages })
    }

    pub fn write(&self, images: &Path, name: &str, tag: &str) -> Result<()> {
        let path = images.join(format!("{name}-{tag}.json"));
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&path, text + "\n").with_context(|| format!("write {}", path.display()))
    }

    /// The image, where its archive and its record are both there.
    pub fn read(images: &Path, name: &str, tag: &str) -> Result<Option<BuiltImage>> {
        let archive = images.join(format!("{name}-{tag}.oci.tar"));
        let path = images.join(format!("{name}-{tag}.json"));
        if !archive.exists() || !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let record: Record = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; delete it, and the image is built again", path.display()))?;
        let bytes = fs::metadata(&archive)?.len();
        if bytes != record.bytes {
            bail!(
                "{} has {bytes} bytes, its record says {}; delete it, and the image is built again",
                archive.display(),
                record.bytes
            );
        }
        Ok(Some(BuiltImage {
            repository: format!("store-platform/{name}"),
            tag: tag.to_owned(),
            archive,
            digest: record.digest,
        }))
    }
}

/// Package versions from the layers of an archive that is not compressed.
pub fn packages_of(archive: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut tar = tar::Archive::new(File::open(archive).with_context(|| format!("open {}", archive.display()))?);
    for entry in tar.entries()? {
        let entry = entry?;
        if entry.size() < SMALLEST_LAYER {
            continue;
        }
        for file in tar::Archive::new(entry).entries()? {
            let mut file = file.context("read a layer")?;
            if file.path()?.to_string_lossy().trim_start_matches("./").starts_with(PACKAGES) {
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                found.extend(packages(&text));
            }
        }
    }
    if found.is_empty() {
        bail!("{} lists no packages under /{PACKAGES}", archive.display());
    }
    Ok(found)
}

pub fn packages(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .collect()
}

/// From the index of an OCI archive (both builders write one).
fn manifest_digest(archive: &Path) -> Result<String> {
    let mut tar = tar::Archive::new(File::open(archive).with_context(|| format!("open {}", archive.display()))?);
    for entry in tar.entries()? {
        let entry = entry?;
        if entry.path()?.as_ref() == Path::new("index.json") {
            let index: Value = serde_json::from_reader(entry).context("read the archive's index")?;
            let digest = index["manifests"][0]["digest"].as_str().context("the archive's index names no manifest")?;
            return Ok(digest.to_owned());
        }
    }
    bail!("{} is no OCI archive: it has no index.json", archive.display())
}
