//! The dashboard's image: its pages are built here, on the host, and the image only serves them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use walkdir::{DirEntry, WalkDir};

use super::context::BuildContext;
use super::{BuiltImage, Factory, sources};
use crate::platform::repository;
use crate::tests_needs;

pub const NAME: &str = "dashboard";
/// What is not built from: it is made, or only tests it.
const PASSED_OVER: [&str; 3] = ["node_modules", "dist", "test"];

impl Factory<'_> {
    /// The image of this checkout's dashboard.
    pub fn dashboard(&self) -> Result<BuiltImage> {
        let folder = repository()?.join(NAME);
        let mut context = BuildContext::default();
        context.directory("", &sources(NAME)?)?;
        // The pages are named by what they are built from: where the archive is there, nothing is built.
        context.named("dist", &digest(&folder)?);
        if let Some(image) = self.existing(NAME, &context.tag(env!("CARGO_PKG_VERSION")))? {
            return Ok(image);
        }
        let pages = self.pages(&folder)?;
        context.provide("dist", pages.path());
        self.ensure(NAME, env!("CARGO_PKG_VERSION"), &context)
    }

    /// The built pages, without what the build left for itself.
    fn pages(&self, folder: &Path) -> Result<TempDir> {
        let node = tests_needs::node(self.progress)?;
        let log = self.cache.join("log/npm-dashboard.log");
        self.progress.run("install the dashboard's packages", node.npm()?.current_dir(folder).arg("ci"), &log)?;
        let build = |command: &mut Command| self.progress.run("build the dashboard", command, &log);
        build(node.npm()?.current_dir(folder).args(["run", "build"]))?;
        let built = folder.join("dist");
        if !built.join("index.html").is_file() {
            bail!("the dashboard's build left no index.html; see {}", log.display());
        }
        let pages = tempfile::Builder::new().prefix("dashboard-").tempdir_in(&self.images);
        let pages = pages.context("make room for the dashboard's pages")?;
        for file in files(&built, |entry| !entry.file_name().to_string_lossy().starts_with('.'))? {
            let target = pages.path().join(file.strip_prefix(&built)?);
            std::fs::create_dir_all(target.parent().unwrap_or(pages.path()))?;
            std::fs::copy(&file, &target).with_context(|| format!("copy {}", file.display()))?;
        }
        Ok(pages)
    }
}

/// Of everything that the pages are built from.
fn digest(folder: &Path) -> Result<String> {
    let mut built_from = BuildContext::default();
    let wanted = |entry: &DirEntry| {
        entry.depth() != 1 || !PASSED_OVER.iter().any(|name| entry.file_name().to_string_lossy() == *name)
    };
    for file in files(folder, wanted)? {
        built_from.file(&file.strip_prefix(folder)?.to_string_lossy(), &file)?;
    }
    Ok(built_from.tag("pages"))
}

fn files(folder: &Path, wanted: impl Fn(&DirEntry) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| entry.depth() == 0 || wanted(entry)) {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_follows_what_is_built_from_and_not_what_is_built() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("src/main.tsx", "one");
        write("package.json", "{}");
        let first = digest(folder.path()).unwrap();
        for made in ["dist/index.html", "node_modules/react/index.js", "test/browser/list.test.js"] {
            write(made, "made");
        }
        assert_eq!(digest(folder.path()).unwrap(), first);
        write("src/test/deep.ts", "not at the top: built from");
        assert_ne!(digest(folder.path()).unwrap(), first);
    }
}
