//! Processes of the embedded cluster are this machine's: a test kills one as the kernel would.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

/// The process of a pod whose command line `wanted` takes, if it runs right now. By the pod's control group, so that a
/// program of the same name in another pod or cluster on this machine is left alone.
pub fn process_of(pod_uid: &str, wanted: impl Fn(&[&str]) -> bool) -> Result<Option<Process>> {
    let spelled = [pod_uid.to_owned(), pod_uid.replace('-', "_")];
    let ours = |groups: &str| spelled.iter().any(|uid| groups.contains(uid));
    Ok(processes(|groups, words| ours(groups) && wanted(words))?.first().copied())
}

/// Those of this machine that `wanted` takes, by control groups and command line.
pub(crate) fn processes(wanted: impl Fn(&str, &[&str]) -> bool) -> Result<Vec<Process>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").context("list processes")? {
        let path = entry?.path();
        let Some(id) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else { continue };
        // A process may end between the listing and this look.
        let Ok(groups) = std::fs::read_to_string(path.join("cgroup")) else { continue };
        let Ok(line) = std::fs::read(path.join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).into_owned();
        let words: Vec<&str> = line.split('\0').filter(|word| !word.is_empty()).collect();
        if wanted(&groups, &words) {
            found.push(Process(id));
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// As hard as it gets: the program is not asked.
    pub async fn kill(self) -> Result<()> {
        self.signal("-KILL").await
    }

    /// Stands still where it is.
    pub async fn pause(self) -> Result<()> {
        self.signal("-STOP").await
    }

    pub async fn go_on(self) -> Result<()> {
        self.signal("-CONT").await
    }

    async fn signal(self, name: &str) -> Result<()> {
        let status = Command::new("kill").args([name, &self.0.to_string()]).status().await.context("run kill")?;
        ensure!(status.success(), "kill {name} ended with {status}");
        Ok(())
    }

    /// All in one call. Some may be gone when their turn comes: with the first of a process tree the kernel takes the rest.
    pub(crate) async fn kill_all(processes: &[Process]) -> Result<()> {
        let ids: Vec<String> = processes.iter().map(|process| process.0.to_string()).collect();
        Command::new("kill").arg("-KILL").args(ids).output().await.context("run kill")?;
        Ok(())
    }
}

/// Whether the first word of a command line is this program, wherever it lies.
pub fn is_program(words: &[&str], name: &str) -> bool {
    words.first().is_some_and(|program| Path::new(program).file_name() == Some(name.as_ref()))
}
