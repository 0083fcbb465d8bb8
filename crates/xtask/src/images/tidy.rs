//! Takes away what a killed build left and archives that later ones replaced: a developer makes ten a day.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};

/// As many checkouts can share a cache without building the same image in turn.
const KEPT: usize = 3;

/// To be called under the images' lock: nothing of what is unfinished belongs to a build that still runs.
pub fn tidy(images: &Path, name: &str) -> Result<()> {
    let mut archives: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(images).with_context(|| format!("read {}", images.display()))? {
        let entry = entry.with_context(|| format!("read {}", images.display()))?;
        let path = entry.path();
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with("context-") {
            fs::remove_dir_all(&path).with_context(|| format!("remove {}", path.display()))?;
        } else if file.ends_with(".unfinished") {
            fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        } else if file.ends_with(".oci.tar") && is_of(&file, name) {
            archives.push((entry.metadata()?.modified()?, path));
        }
    }
    archives.sort();
    archives.reverse();
    for (_, archive) in archives.into_iter().skip(KEPT) {
        // The record last: without its archive it says nothing, and the next tidying finds no trace of it.
        for kind in [".oci.tar", ".cdx.json", ".json"] {
            let beside = PathBuf::from(archive.to_string_lossy().replace(".oci.tar", kind));
            if beside.exists() {
                fs::remove_file(&beside).with_context(|| format!("remove {}", beside.display()))?;
            }
        }
    }
    Ok(())
}

/// `<name>-<version>-<hash>.oci.tar`; a name's own dash is not followed by a digit.
fn is_of(file: &str, name: &str) -> bool {
    file.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn leftovers_and_the_oldest_archives_of_that_image_go_and_nothing_else() {
        let images = tempfile::tempdir().unwrap();
        let at = |name: &str| images.path().join(name);
        fs::create_dir(at("context-abc")).unwrap();
        fs::write(at("context-abc/Dockerfile"), "FROM scratch").unwrap();
        fs::write(at("mysql-9.7-a.unfinished"), "half").unwrap();
        fs::write(at("lock"), "").unwrap();
        fs::write(at("mysql-9.7-0.oci.tar"), "another image").unwrap();
        for age in 1..=5_u64 {
            let archive = fs::File::create(at(&format!("web-1.0-{age}.oci.tar"))).unwrap();
            archive.set_modified(SystemTime::now() - Duration::from_secs(60 * age)).unwrap();
            fs::write(at(&format!("web-1.0-{age}.json")), "{}").unwrap();
        }
        tidy(images.path(), "web").unwrap();
        let mut left: Vec<String> = fs::read_dir(images.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let web = [
            "web-1.0-1.json",
            "web-1.0-1.oci.tar",
            "web-1.0-2.json",
            "web-1.0-2.oci.tar",
            "web-1.0-3.json",
            "web-1.0-3.oci.tar",
        ];
        assert_eq!(left, [&["lock", "mysql-9.7-0.oci.tar"][..], &web].concat());
    }
}
