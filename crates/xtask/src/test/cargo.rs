//! Runs `cargo test` and counts what its runner says.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;

use crate::target;

/// What passed, what failed, and what could not be run and why.
#[derive(Debug, Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    failures: Vec<String>,
    reasons: Vec<String>,
}

impl Tally {
    pub fn count(&mut self, name: &str, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.failures.push(name.to_owned());
        }
    }

    pub fn skip(&mut self, count: usize, why: &str) {
        self.skipped += count;
        self.reasons.push(why.to_owned());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "failed: {failure}")?;
        }
        for reason in &self.reasons {
            writeln!(f, "skipped: {reason}")?;
        }
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// One `cargo test` call.
#[derive(Debug)]
pub struct Cargo {
    name: String,
    arguments: Vec<OsString>,
    filter: Option<String>,
    leave_out: Vec<String>,
    skip: Vec<(String, String)>,
    environment: Vec<(OsString, OsString)>,
}

impl Cargo {
    pub fn new(name: &str) -> Cargo {
        Cargo {
            name: name.to_owned(),
            arguments: vec!["test".into()],
            filter: None,
            leave_out: Vec::new(),
            skip: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The cargo that runs this program.
    pub fn command() -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        command
    }

    /// A program of the workspace, built.
    pub fn binary(package: &str) -> Result<PathBuf> {
        Cargo::binary_with(package, &[])
    }

    /// The same with more said to cargo.
    pub fn binary_with(package: &str, more: &[&str]) -> Result<PathBuf> {
        let output = Cargo::command()
            .args(["build", "--quiet", "--message-format=json", "--package", package])
            .args(more)
            .stderr(Stdio::inherit())
            .output()
            .context("run cargo build")?;
        if !output.status.success() {
            bail!("cargo build --package {package} failed");
        }
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .next_back()
            .with_context(|| format!("package {package} has no program"))
    }

    pub fn args<const N: usize>(mut self, arguments: [&str; N]) -> Cargo {
        self.arguments.extend(arguments.map(OsString::from));
        self
    }

    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Cargo {
        self.environment.push((key.as_ref().into(), value.as_ref().into()));
        self
    }

    /// Only tests whose name holds this.
    pub fn filter(mut self, filter: &str) -> Cargo {
        self.filter = Some(filter.to_owned()).filter(|filter| !filter.is_empty());
        self
    }

    /// Tests that another call runs.
    pub fn leave_out(mut self, name: &str) -> Cargo {
        self.leave_out.push(name.to_owned());
        self
    }

    /// Tests that can't run here: counted as skipped, with the reason.
    pub fn skip(mut self, name: &str, why: &str) -> Cargo {
        self.skip.push((name.to_owned(), why.to_owned()));
        self
    }

    /// Runs it for its success only.
    pub fn run(&self, progress: &Progress) -> Result<()> {
        progress.run(&self.name, &mut self.assemble(&[]), &self.log()?)
    }

    /// Runs it and adds the runner's figures; a call that ends badly without a failed test is a failure itself.
    pub fn count(&self, progress: &Progress, tally: &mut Tally) -> Result<()> {
        for (name, why) in &self.skip {
            let count = self.list(name)?;
            tally.skipped += count;
            tally.reasons.push(format!("{count} tests of {name} {why}"));
        }
        let step = progress.step(&self.name, Some(&self.log()?));
        let mut child = self
            .assemble(&[])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.log()?)?)
            .spawn()
            .context("run cargo test")?;
        let output = BufReader::new(child.stdout.take().context("cargo's output")?);
        let (passed, failed) = (tally.passed, tally.failed);
        for line in output.lines() {
            let line = line?;
            read(&line, &self.name, tally);
            progress.say(&line);
        }
        let ok = child.wait()?.success();
        if !ok && tally.failed == failed {
            tally.failed += 1;
            tally.failures.push(format!("{}: cargo test did not end well; see {}", self.name, self.log()?.display()));
            progress.say(std::fs::read_to_string(self.log()?)?);
        }
        let summary = format!("{} passed, {} failed", tally.passed - passed, tally.failed - failed);
        if tally.failed == failed {
            step.done(&summary);
        } else {
            step.fail(&anyhow::anyhow!(summary));
        }
        Ok(())
    }

    fn list(&self, name: &str) -> Result<usize> {
        let mut command = self.assemble(&["--list", name]);
        let output = command.stderr(Stdio::null()).output().context("list the tests")?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.ends_with(": test")).count())
    }

    fn assemble(&self, more: &[&str]) -> Command {
        let mut command = Cargo::command();
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null());
        // An error's chain says where it comes from; fifty frames of a runtime hide it.
        command.env("RUST_LIB_BACKTRACE", "0").arg("--").args(more);
        if more.is_empty() {
            command.args(&self.filter);
            for name in self.leave_out.iter().chain(self.skip.iter().map(|(name, _)| name)) {
                command.args(["--skip", name]);
            }
        }
        if self.arguments.iter().any(|argument| argument == "--no-run") {
            let mut bare = Cargo::command();
            bare.args(&self.arguments);
            return bare;
        }
        command
    }

    fn log(&self) -> Result<PathBuf> {
        let name = self.name.replace([' ', ','], "-");
        let folder = target::cache()?.join("log");
        std::fs::create_dir_all(&folder)?;
        Ok(folder.join(format!("{name}.log")))
    }
}

/// `test result: ok. 3 passed; 0 failed; …` and `test name ... FAILED` of Rust's own runner.
fn read(line: &str, run: &str, tally: &mut Tally) {
    if let Some(test) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        tally.failures.push(format!("{run}: {test}"));
    }
    let Some(result) = line.strip_prefix("test result: ") else { return };
    let figure = |word: &str| -> usize {
        result
            .split([';', '.'])
            .filter_map(|part| part.trim().strip_suffix(word))
            .find_map(|number| number.trim().parse().ok())
            .unwrap_or(0)
    };
    tally.passed += figure("passed");
    tally.failed += figure("failed");
    // An ignored test is one that nobody runs: it counts as skipped and shows in the sum.
    tally.skipped += figure("ignored");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_figures_are_added_up() {
        let mut tally = Tally::default();
        read(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s",
            "a",
            &mut tally,
        );
        read("test b::c ... FAILED", "a", &mut tally);
        read("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out", "a", &mut tally);
        assert_eq!(tally.to_string(), "failed: a: b::c\n14 passed, 1 failed, 1 skipped");
    }
}
