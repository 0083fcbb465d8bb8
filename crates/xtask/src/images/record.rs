//! What was built: beside each archive a small JSON file with its digest, size and package versions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::BuiltImage;

/// Where an image lists its packages and their versions, one a line.
const PACKAGES: &str = "usr/share/store-platform/packages";
/// A manifest or a configuration is smaller, a layer with packages larger.
const SMALLEST_LAYER: u64 = 1 << 20;

/// Versions by name; npm's packages are often there in more than one.
pub type Packages = BTreeMap<String, BTreeSet<String>>;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub reference: String,
    /// Of the image's manifest: what a registry and a node call it.
    pub digest: String,
    /// Of the archive.
    pub bytes: u64,
    /// Exact versions of the packages inside, Debian's and (`npm:…`) npm's; sid moves, so they are known after the
    /// build only.
    #[serde(deserialize_with = "one_or_several")]
    pub packages: Packages,
}

impl Record {
    pub fn of(reference: &str, archive: &Path, packages: Packages) -> Result<Record> {
        let bytes = fs::metadata(archive).with_context(|| format!("look at {}", archive.display()))?.len();
        Ok(Record { reference: reference.to_owned(), digest: manifest_digest(archive)?, bytes, packages })
    }

    pub fn write(&self, images: &Path, name: &str, tag: &str) -> Result<()> {
        let path = path(images, name, tag);
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&path, text + "\n").with_context(|| format!("write {}", path.display()))
    }

    pub fn load(images: &Path, name: &str, tag: &str) -> Result<Record> {
        let path = path(images, name, tag);
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; delete it, and the image is built again", path.display()))
    }

    /// The image, where its archive and its record are both there.
    pub fn read(images: &Path, name: &str, tag: &str) -> Result<Option<BuiltImage>> {
        let archive = images.join(format!("{name}-{tag}.oci.tar"));
        if !archive.exists() || !path(images, name, tag).exists() {
            return Ok(None);
        }
        let record = Record::load(images, name, tag)?;
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
pub fn packages_of(archive: &Path) -> Result<Packages> {
    let mut found = Packages::new();
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
                found.append(&mut packages(&text));
            }
        }
    }
    if found.is_empty() {
        bail!("{} lists no packages under /{PACKAGES}", archive.display());
    }
    Ok(found)
}

pub fn packages(text: &str) -> Packages {
    let mut packages = Packages::new();
    for (name, version) in text.lines().filter_map(|line| line.split_once(' ')) {
        packages.entry(name.to_owned()).or_default().insert(version.to_owned());
    }
    packages
}

fn path(images: &Path, name: &str, tag: &str) -> PathBuf {
    images.join(format!("{name}-{tag}.json"))
}

/// Records of archives that lie in caches named one version.
fn one_or_several<'de, D: Deserializer<'de>>(record: D) -> Result<Packages, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Versions {
        One(String),
        Several(BTreeSet<String>),
    }
    let packages = BTreeMap::<String, Versions>::deserialize(record)?;
    let several = |versions| match versions {
        Versions::One(version) => BTreeSet::from([version]),
        Versions::Several(versions) => versions,
    };
    Ok(packages.into_iter().map(|(name, versions)| (name, several(versions))).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_in_two_versions_is_both() {
        let found = packages("npm:@b/c 1.0.0\nnpm:@b/c 2.0.0\nbash 5.2.37-2+b10\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found.get("npm:@b/c").map(BTreeSet::len), Some(2));
    }

    #[test]
    fn a_record_of_an_older_archive_is_still_read() {
        let images = tempfile::tempdir().unwrap();
        let old = r#"{ "reference": "r", "digest": "d", "bytes": 1, "packages": { "bash": "5.2", "npm:a": ["1.0", "2.0"] } }"#;
        fs::write(images.path().join("web-1.json"), old).unwrap();
        let record = Record::load(images.path(), "web", "1").unwrap();
        assert_eq!(record.packages["bash"], BTreeSet::from(["5.2".to_owned()]));
        assert_eq!(record.packages["npm:a"].len(), 2);
    }
}
