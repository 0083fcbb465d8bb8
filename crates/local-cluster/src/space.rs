//! Room on the disk. A node that runs out of it evicts its pods without a word, and what fails then is everything else.

use std::path::Path;

use anyhow::{Context, Result, bail};

const GIB: u64 = 1 << 30;
/// Images of both engines unpacked, the volumes of a few stores, and the per cent below which kubelet evicts.
const NEEDED: u64 = 8 * GIB;

/// An error when the disk that holds `directory` is too full for a cluster.
pub fn ensure(directory: &Path) -> Result<()> {
    let there = existing(directory);
    let disk = nix::sys::statvfs::statvfs(there).with_context(|| format!("ask how full {} is", there.display()))?;
    judge(directory, disk.blocks_available() * disk.fragment_size())
}

/// The directory itself is made later.
fn existing(directory: &Path) -> &Path {
    directory.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"))
}

fn judge(directory: &Path, free: u64) -> Result<()> {
    if free < NEEDED {
        let tenths = free * 10 / GIB;
        bail!(
            "the disk of {} has {}.{} GiB free, and a cluster with its images needs {}: pods would be evicted. Make room; \
             old builds (`cargo clean`) and clusters (`cargo xtask down`) take the most",
            directory.display(),
            tenths / 10,
            tenths % 10,
            NEEDED / GIB
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_with_its_figures() {
        let state = Path::new("/var/lib/clusters");
        judge(state, NEEDED).unwrap();
        let error = judge(state, GIB * 5 / 2).unwrap_err().to_string();
        assert!(
            error.starts_with("the disk of /var/lib/clusters has 2.5 GiB free, and a cluster with its images needs 8:"),
            "{error}"
        );
    }

    #[test]
    fn a_directory_that_is_not_there_yet_is_judged_by_its_disk() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(existing(&place.path().join("not/there/yet")), place.path());
        assert_eq!(existing(place.path()), place.path());
    }
}
