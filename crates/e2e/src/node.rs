//! The embedded cluster's node: one of its components killed, or all of it at once as by a power cut, and up again.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use local_cluster::Settings;
use tokio::time::{Instant, sleep};

use crate::process::processes;
use crate::{Process, Program, is_program};

/// The kernel takes the node's processes away within moments; what is there after this hangs.
const GONE: Duration = Duration::from_secs(30);
/// Kept down by nothing, a component is started again after a fifth of a second; ten more for a busy machine.
const BACK: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub struct Node {
    settings: Settings,
    xtask: Program,
}

impl Node {
    pub(crate) fn new(cluster: &str, xtask: Program) -> Result<Node> {
        Ok(Node { settings: Settings::named(cluster)?, xtask })
    }

    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The process of a component, e.g. `kubelet`.
    pub fn component(&self, name: &str) -> Result<Process> {
        let found = processes(|groups, words| self.owns(groups) && is_program(words, name))?;
        ensure!(found.len() == 1, "{} processes of the node are {name}", found.len());
        found.first().copied().with_context(|| format!("no {name} runs"))
    }

    /// How often a component was started again since the node started.
    pub fn restarts(&self, component: &str) -> Result<u32> {
        let components = local_cluster::status(&self.settings)?.components;
        let component = components.into_iter().find(|known| known.name == component && known.pid.is_some());
        Ok(component.context("the component is down")?.restarts)
    }

    /// Until the component runs again, `before` being its restarts before it ended.
    pub async fn restarted(&self, component: &str, before: u32) -> Result<()> {
        let deadline = Instant::now() + BACK;
        while !self.restarts(component).is_ok_and(|restarts| restarts > before) {
            ensure!(Instant::now() < deadline, "{component} was not started again in {} s", BACK.as_secs());
            sleep(AGAIN).await;
        }
        Ok(())
    }

    /// The power goes: every process of the node and its supervisor, killed in one call. What lay on disk stays; `/run`,
    /// which a machine has in memory, comes back empty. The moment when all were gone.
    pub async fn cut_power(&self) -> Result<Instant> {
        let all = self.everything()?;
        // The supervisor, the node's first process, seven components, and pods.
        ensure!(all.len() > 10, "only {} processes are the node's", all.len());
        Process::kill_all(&all).await?;
        let deadline = Instant::now() + GONE;
        loop {
            let left = self.everything()?;
            if left.is_empty() {
                break;
            }
            if Instant::now() > deadline {
                bail!("{} processes of the node outlived their power: {left:?}", left.len());
            }
            sleep(AGAIN).await;
        }
        let run = self.settings.run_dir();
        std::fs::remove_dir_all(&run).with_context(|| format!("empty {}", run.display()))?;
        Ok(Instant::now())
    }

    /// As an operator does it; returns when everything that belongs to the cluster itself is ready.
    pub async fn up(&self) -> Result<()> {
        self.xtask.ask(&["up", "--cluster", self.name(), "--bare"], None).await.context("bring the node up again")?;
        Ok(())
    }

    fn everything(&self) -> Result<Vec<Process>> {
        processes(|groups, words| self.owns(groups) || words.ends_with(&["supervise", self.name()]))
    }

    fn owns(&self, groups: &str) -> bool {
        // With the slash: a cluster whose name begins with this one's is another.
        groups.contains(&format!("/{}/", self.settings.control_group()))
    }
}
