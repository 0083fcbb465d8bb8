//! The Helm binary, one process group a run. Values go in on stdin; nothing of a store is in its arguments but the name
//! that derives from the id. It never waits for what it installs.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit};

use super::guard;
use super::slots::Slots;
use crate::config::HelmConfig;

mod error;

pub use error::HelmError;

/// A run takes a tenth of a second on an idle machine; after two minutes the API server does not answer it.
const RUN_LIMIT: Duration = Duration::from_mins(2);
/// Revisions that Helm keeps for a store: enough to see what happened, and etcd stays small.
const HISTORY: &str = "5";
/// What Helm writes to stderr is for people; more than this nobody reads.
const STDERR_KEPT: u64 = 64 * 1024;
const MESSAGE_KEPT: usize = 2000;

pub struct Helm {
    binary: PathBuf,
    env: BTreeMap<String, String>,
    /// Helm dies with this process. Not in unit tests, whose program is not this one.
    guarded: bool,
    grace: Duration,
    slots: Slots,
    turns: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
    groups: Groups,
}

/// The process group of the Helm that runs for a release.
type Groups = Arc<Mutex<HashMap<String, Pid>>>;

impl Helm {
    pub fn new(config: &HelmConfig, grace: Duration) -> Helm {
        Helm { guarded: true, ..Helm::unguarded(config, grace) }
    }

    fn unguarded(config: &HelmConfig, grace: Duration) -> Helm {
        Helm {
            binary: config.binary.clone(),
            env: config.env.clone(),
            guarded: false,
            grace,
            slots: Slots::new(config.concurrency),
            turns: Mutex::new(HashMap::new()),
            groups: Groups::default(),
        }
    }

    /// `label` is `name=value` and is put on the release's record.
    pub async fn upgrade(&self, release: &str, chart: &Path, values: &[u8], label: &str) -> Result<(), HelmError> {
        let chart = chart.to_string_lossy();
        let args = [
            "upgrade",
            "--install",
            release,
            &chart,
            "--namespace",
            release,
            "--values",
            "-",
            "--output",
            "json",
            "--history-max",
            HISTORY,
            "--labels",
            label,
        ];
        self.run(release, &args, values).await
    }

    pub async fn uninstall(&self, release: &str) -> Result<(), HelmError> {
        self.run(release, &["uninstall", release, "--namespace", release, "--ignore-not-found"], &[]).await
    }

    /// Held by whoever works on the release: at most one Helm for a store at any instant.
    pub async fn turn(&self, release: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let known = turns.get(release).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let turn = Arc::new(tokio::sync::Mutex::new(()));
                turns.insert(release.to_owned(), Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }

    /// Kills the Helm that runs for the release, if one does. Asked to stop instead, it would still write its record, and
    /// perhaps over that of the store's next holder.
    pub fn abandon(&self, release: &str) {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = groups.get(release) {
            signal(*group, Signal::SIGKILL);
        }
    }

    /// Starts nothing any more, and returns when nothing runs any more.
    pub async fn rest(&self) {
        self.slots.rest().await;
    }

    fn command(&self) -> Command {
        if !self.guarded {
            return Command::new(&self.binary);
        }
        let mut command = Command::new(guard::PROGRAM);
        command.arg(guard::WORD).arg(std::process::id().to_string()).arg(&self.binary);
        command
    }

    async fn run(&self, release: &str, args: &[&str], stdin: &[u8]) -> Result<(), HelmError> {
        let turn = self.turn(release).await;
        let slot = self.slots.take().await.map_err(|_| HelmError::Closed)?;
        let child = self
            .command()
            .args(args)
            .env_clear()
            .envs(&self.env)
            .current_dir("/")
            // A group of its own: a signal reaches whatever Helm starts, and a terminal's Ctrl-C does not reach Helm.
            .process_group(0)
            .stdin(Stdio::piped())
            // The answer holds manifests; what became of them is read from the cluster.
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| HelmError::Start { binary: self.binary.clone(), source })?;
        let running = Running::new(&self.groups, release, &child);
        let mut run = Run { child: Some(child), grace: self.grace, held: Some((turn, slot, running)) };
        match tokio::time::timeout(RUN_LIMIT, run.finish(stdin)).await {
            Ok(result) => {
                self.slots.ended();
                result
            }
            Err(_) => Err(HelmError::Hung),
        }
    }
}

/// A running Helm. Dropped before its end, the group is asked to stop and, after a grace, made to; the store's turn and
/// the slot are given back only when it is gone.
struct Run {
    child: Option<Child>,
    grace: Duration,
    held: Option<(OwnedMutexGuard<()>, OwnedSemaphorePermit, Running)>,
}

/// A release's entry among the groups, for as long as its Helm is not reaped.
struct Running {
    groups: Groups,
    release: String,
}

impl Running {
    fn new(groups: &Groups, release: &str, child: &Child) -> Running {
        if let Some(group) = group_of(child) {
            groups.lock().unwrap_or_else(PoisonError::into_inner).insert(release.to_owned(), group);
        }
        Running { groups: Arc::clone(groups), release: release.to_owned() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.release);
    }
}

fn group_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
}

impl Run {
    async fn finish(&mut self, stdin: &[u8]) -> Result<(), HelmError> {
        let Some(child) = self.child.as_mut() else { return Err(HelmError::Closed) };
        let (input, errors) = (child.stdin.take(), child.stderr.take());
        let write = async {
            if let Some(mut input) = input {
                // Helm that ends early closes its end; its message says more than our broken pipe.
                let _ = input.write_all(stdin).await;
            }
        };
        let read = async {
            let mut said = Vec::new();
            if let Some(errors) = errors {
                let mut errors = errors.take(STDERR_KEPT);
                errors.read_to_end(&mut said).await?;
                tokio::io::copy(errors.get_mut(), &mut tokio::io::sink()).await?;
            }
            Ok::<_, std::io::Error>(said)
        };
        let ((), said) = tokio::join!(write, read);
        let status = child.wait().await?;
        self.child = None;
        let said = said?;
        if status.success() {
            Ok(())
        } else {
            Err(HelmError::Refused(message(&String::from_utf8_lossy(&said), status)))
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let (Some(mut child), grace, held) = (self.child.take(), self.grace, self.held.take()) else { return };
        let Some(group) = group_of(&child) else { return };
        signal(group, Signal::SIGTERM);
        let reap = async move {
            if tokio::time::timeout(grace, child.wait()).await.is_err() {
                tracing::warn!(group = group.as_raw(), "helm ignores SIGTERM; killing it");
                signal(group, Signal::SIGKILL);
                if let Err(error) = child.wait().await {
                    tracing::error!(%error, "wait for helm");
                }
            }
            drop(held);
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(reap)),
            // Dropped with the runtime itself: nobody is left to wait.
            Err(_) => signal(group, Signal::SIGKILL),
        }
    }
}

fn signal(group: Pid, signal: Signal) {
    match killpg(group, signal) {
        Ok(()) | Err(nix::errno::Errno::ESRCH) => {}
        Err(error) => tracing::error!(%error, %signal, group = group.as_raw(), "signal helm"),
    }
}

/// Helm's own complaint, without the log lines around it.
fn message(stderr: &str, status: ExitStatus) -> String {
    let from = stderr.find("Error: ").map_or(0, |at| at + "Error: ".len());
    let lines = stderr[from..].lines().filter(|line| !line.starts_with("level="));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.trim();
    if text.is_empty() {
        return format!("helm ended without a word: {status}");
    }
    let cut = text.char_indices().nth(MESSAGE_KEPT).map_or(text.len(), |(at, _)| at);
    text[..cut].to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    use store_model::ReasonCode;

    use super::*;
    use crate::cluster::Retry;

    fn helm(script: &str, grace: Duration) -> (Helm, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("helm");
        std::fs::write(&binary, format!("#!/bin/sh\ncd {}\n{script}\n", dir.path().display())).unwrap();
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
        let env = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        (Helm::unguarded(&HelmConfig { binary, chart: "/chart".into(), env, concurrency: 2 }, grace), dir)
    }

    async fn there(path: &Path) -> String {
        // Half a minute: a busy machine starts a process late.
        for _ in 0..3000 {
            if let Ok(text) = std::fs::read_to_string(path)
                && text.ends_with('\n')
            {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} did not appear", path.display());
    }

    #[tokio::test]
    async fn values_come_on_stdin_and_never_in_an_argument() {
        let (helm, dir) = helm("printf '%s\\n' \"$@\" > args; cat > values; env > env", Duration::from_secs(1));
        helm.upgrade("store-s1", Path::new("/chart"), b"{\"secret\":\"x\"}", "a.b/c=d").await.unwrap();
        let args = std::fs::read_to_string(dir.path().join("args")).unwrap();
        assert!(args.starts_with("upgrade\n--install\nstore-s1\n/chart\n"), "{args}");
        assert!(!args.contains("secret") && !args.contains("--wait") && !args.contains("--set"), "{args}");
        assert_eq!(std::fs::read_to_string(dir.path().join("values")).unwrap(), "{\"secret\":\"x\"}");
        let env = std::fs::read_to_string(dir.path().join("env")).unwrap();
        assert!(!env.contains("CARGO"), "the process's own environment leaked: {env}");
    }

    #[tokio::test]
    async fn a_refusal_is_helms_own_words() {
        let (helm, _dir) = helm(
            "echo 'level=WARN msg=noise' >&2; echo 'Error: UPGRADE FAILED: exceeded quota: store' >&2; exit 1",
            Duration::ZERO,
        );
        let error = helm.uninstall("store-s1").await.unwrap_err();
        assert_eq!(error.to_string(), "UPGRADE FAILED: exceeded quota: store");
        assert_eq!(error.class(), (ReasonCode::Quota, Retry::Never));
    }

    #[tokio::test]
    async fn a_killed_helm_is_said_to_be_killed() {
        let (helm, _dir) = helm("echo 'level=INFO msg=noise' >&2; kill -9 $$", Duration::ZERO);
        let error = helm.uninstall("store-s1").await.unwrap_err();
        assert!(error.to_string().contains("signal: 9"), "{error}");
        assert_eq!(error.class().1, Retry::Later);
    }

    #[tokio::test]
    async fn a_dropped_run_takes_its_whole_group_with_it_and_then_frees_the_store() {
        let (helm, dir) = helm("sleep 600 & echo $! > child; wait", Duration::from_secs(5));
        let helm = Arc::new(helm);
        let running = tokio::spawn({
            let helm = helm.clone();
            async move { helm.uninstall("store-s1").await }
        });
        let child: i32 = there(&dir.path().join("child")).await.trim().parse().unwrap();
        running.abort();
        let _turn = tokio::time::timeout(Duration::from_secs(5), helm.turn("store-s1")).await.unwrap();
        for _ in 0..200 {
            if nix::sys::signal::kill(Pid::from_raw(child), None).is_err() {
                return;
            }
            // A zombie that init has not reaped yet is gone as well.
            if std::fs::read_to_string(format!("/proc/{child}/stat")).is_ok_and(|stat| stat.contains(") Z ")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("helm's child lives on");
    }

    #[tokio::test]
    async fn helm_that_ignores_the_request_is_killed_after_the_grace() {
        let (helm, dir) =
            helm("trap '' TERM; echo on > on; while true; do sleep 0.05; done", Duration::from_millis(300));
        let helm = Arc::new(helm);
        let running = tokio::spawn({
            let helm = helm.clone();
            async move { helm.uninstall("store-s1").await }
        });
        there(&dir.path().join("on")).await;
        let since = Instant::now();
        running.abort();
        tokio::time::timeout(Duration::from_secs(5), helm.rest()).await.unwrap();
        assert!(since.elapsed() >= Duration::from_millis(300));
        assert!(matches!(helm.uninstall("store-s1").await, Err(HelmError::Closed)));
    }

    #[tokio::test]
    async fn an_abandoned_helm_is_not_asked() {
        let (helm, dir) = helm(
            "trap 'echo asked > asked' TERM; echo on > on; while true; do sleep 0.05; done",
            Duration::from_mins(1),
        );
        let helm = Arc::new(helm);
        let running = tokio::spawn({
            let helm = helm.clone();
            async move { helm.uninstall("store-s1").await }
        });
        there(&dir.path().join("on")).await;
        helm.abandon("store-s2");
        helm.abandon("store-s1");
        running.abort();
        tokio::time::timeout(Duration::from_secs(30), helm.rest()).await.unwrap();
        assert!(!dir.path().join("asked").exists());
        assert!(helm.groups.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn one_store_has_one_helm_at_a_time() {
        let (helm, dir) = helm("echo in >> log; sleep 0.2; echo out >> log", Duration::ZERO);
        let (one, other) = tokio::join!(helm.uninstall("store-s1"), helm.uninstall("store-s1"));
        one.and(other).unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join("log")).unwrap(), "in\nout\nin\nout\n");
    }
}
