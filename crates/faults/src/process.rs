//! Processes that end with the tests, however those end.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;

use crate::log::Log;

/// A command whose process the kernel kills when this process ends. `setpriv` execs it, so the process id is the program's.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).stdin(Stdio::null()).current_dir("/");
    command
}

/// Starts it from a thread that lives as long as the process: the kernel's "parent" that must not die is a thread, and
/// those of a runtime come and go.
pub fn spawn(command: Command) -> Result<Child> {
    type Order = (Command, mpsc::Sender<std::io::Result<Child>>);
    static PARENT: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let (orders, received) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in received {
                // The one who asked may be gone by now, and its process goes with the answer.
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let name = format!("{command:?}");
    let (answer, answered) = mpsc::channel();
    parent.send((command, answer)).map_err(|_| anyhow!("the thread that starts processes is gone"))?;
    answered.recv().context("wait for a start")?.with_context(|| format!("start {name}"))
}

/// A running program, its log, and its end. Dropped, it is killed.
pub struct Process {
    pid: Pid,
    pub log: Arc<Log>,
    end: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// In a group of its own: a signal to the tests' terminal does not reach it.
    pub fn start(mut command: Command) -> Result<Process> {
        command.stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut child = spawn(command)?;
        let pid = Pid::from_raw(i32::try_from(child.id()).context("a process id")?);
        let errors = child.stderr.take().context("take the log")?;
        let log = Arc::new(Log::default());
        let (ended, end) = watch::channel(None);
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            // What is no UTF-8 would be no log; the reading ends with the last holder of the pipe, not with the process.
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                written.push(line);
            }
        });
        std::thread::spawn(move || match child.wait() {
            Ok(status) => drop(ended.send_replace(Some(status))),
            Err(error) => eprintln!("wait for a process: {error}"),
        });
        Ok(Process { pid, log, end })
    }

    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub fn is_running(&self) -> bool {
        self.end.borrow().is_none()
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        ensure!(self.is_running(), "the process is gone already");
        kill(self.pid, signal).with_context(|| format!("send {signal}"))
    }

    pub async fn end(&self, patience: Duration) -> Result<ExitStatus> {
        let mut end = self.end.clone();
        let ended = tokio::time::timeout(patience, end.wait_for(Option::is_some)).await;
        let ended = ended.map_err(|_| anyhow!("process {} does not end in {} s", self.pid, patience.as_secs()))?;
        let status = *ended.context("nobody waits for the process")?;
        status.context("the process has no end")
    }

    /// As the kernel does it when memory is short: nothing of the program runs after this.
    pub async fn kill(&self) -> Result<Instant> {
        let at = Instant::now();
        self.signal(Signal::SIGKILL)?;
        self.end(Duration::from_secs(10)).await?;
        Ok(at)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_running() {
            // It may have ended in between, and then there is nothing to kill.
            let _ = kill(self.pid, Signal::SIGCONT);
            let _ = kill(self.pid, Signal::SIGKILL);
        }
    }
}
