//! Programs that a person would call, and what they answered.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// Longer than any single call should take; what waits longer says so with a time of its own.
const PATIENCE: Duration = Duration::from_mins(5);

/// A program with the arguments and the environment that every call of it shares.
#[derive(Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn new(path: PathBuf) -> Program {
        Program { path, arguments: Vec::new(), environment: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, argument: impl Into<OsString>) -> Program {
        self.arguments.push(argument.into());
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Program {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The call itself, for whoever reads its output while it runs. It ends with the test.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).args(args).kill_on_drop(true).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Calls it, whatever comes of it.
    pub async fn call(&self, args: &[&str], input: Option<&[u8]>) -> Result<Ended> {
        let what = || format!("{} {}", self.path.display(), args.join(" "));
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().with_context(|| format!("start {}", what()))?;
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            stdin.write_all(input).await.with_context(|| format!("write to {}", what()))?;
        }
        let output = timeout(PATIENCE, child.wait_with_output())
            .await
            .with_context(|| format!("{} did not end in {} s", what(), PATIENCE.as_secs()))?
            .with_context(|| format!("wait for {}", what()))?;
        Ok(Ended {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// What it printed; a call that failed is an error with its words.
    pub async fn ask(&self, args: &[&str], input: Option<&[u8]>) -> Result<String> {
        let ended = self.call(args, input).await?;
        if ended.code != Some(0) {
            bail!("{} {} ended with {:?}: {}", self.path.display(), args.join(" "), ended.code, ended.err.trim());
        }
        Ok(ended.out)
    }
}
