//! The process that `up` leaves behind. It holds the cluster's lock, the cable to the node and the machine's ports, and
//! keeps the node alive.
//!
//! The node is a process tree in namespaces of its own (network, mounts, processes), as kind's node is a container: when
//! its first process ends, the kernel takes every process, mount, device and firewall rule of it away. Nothing that the
//! node does can be left behind on the machine.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::backoff::Backoff;
use crate::settings::Settings;
use crate::{forward, network, node};

/// Set for the node's first process, which is this program again.
const INSIDE: &str = "STORE_PLATFORM_NODE";

/// The hidden subcommand `supervise NAME` comes here, both outside of the node and as its first process.
pub fn supervise(settings: &Settings) -> Result<()> {
    if std::env::var_os(INSIDE).is_some() { node::run(settings) } else { outside(settings) }
}

/// Starts the supervisor in a session of its own, so that it outlives the terminal.
pub(crate) fn start(settings: &Settings) -> Result<()> {
    // A copy: the program that called may be rebuilt while the cluster runs.
    let program = settings.state_dir().join("supervisor");
    let own = std::env::current_exe().context("find this program's own file")?;
    let fresh = settings.state_dir().join("supervisor.new");
    fs::copy(&own, &fresh).with_context(|| format!("copy {} to {}", own.display(), fresh.display()))?;
    fs::rename(&fresh, &program)?;
    let log = log_file(settings)?;
    let mut command = Command::new("setsid");
    command.arg("--fork").arg(&program).args(["supervise", &settings.name]).current_dir("/");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let status = command.status().context("run setsid (Debian package util-linux)")?;
    if !status.success() {
        bail!("the supervisor did not start: {status}");
    }
    Ok(())
}

pub(crate) fn log_path(settings: &Settings) -> PathBuf {
    settings.log_dir().join("supervisor.log")
}

/// The supervisor's process id, if one runs: whether it does is what the lock says, never the file alone.
pub(crate) fn running(settings: &Settings) -> Result<Option<Pid>> {
    let path = settings.run_dir().join("lock");
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("open {}", path.display())),
    };
    if file.try_lock_shared().is_ok() {
        return Ok(None);
    }
    // Between taking the lock and writing its number the supervisor has no number yet.
    for _ in 0..50 {
        if let Ok(pid) = fs::read_to_string(&path).unwrap_or_default().trim().parse() {
            return Ok(Some(Pid::from_raw(pid)));
        }
        thread::sleep(Duration::from_millis(20));
    }
    bail!("{} is held by a process that does not say who it is", path.display())
}

fn log_file(settings: &Settings) -> Result<File> {
    let path = log_path(settings);
    fs::create_dir_all(settings.log_dir()).with_context(|| format!("create {}", settings.log_dir().display()))?;
    File::options().create(true).append(true).open(&path).with_context(|| format!("open {}", path.display()))
}

fn outside(settings: &Settings) -> Result<()> {
    let _lock = take_lock(settings)?;
    refuse_orphan(settings)?;
    // Before anything starts: a signal that comes earlier ends this process, and there is nothing to end yet.
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT]).context("listen for signals")?;
    forward::start(settings)?;
    network::open_machine(settings)?;

    let (events, inbox) = std::sync::mpsc::channel();
    let from_signals = events.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            if from_signals.send(Event::Stop(signal)).is_err() {
                return;
            }
        }
    });
    let mut backoff = Backoff::default();
    loop {
        refuse_orphan(settings)?;
        let started = Instant::now();
        let mut node = start_node(settings)?;
        let unshare = Pid::from_raw(i32::try_from(node.id())?);
        let ended = events.clone();
        thread::spawn(move || {
            // The main thread may be gone by then; so is the need to tell it.
            let _ = ended.send(Event::Ended(node.wait()));
        });
        if let Err(error) = network::connect(settings, unshare) {
            say(&format!("the node has no network: {error:#}"));
            kill(unshare, Signal::SIGKILL).context("stop the node")?;
        }
        match inbox.recv().context("wait for the node")? {
            Event::Stop(signal) => {
                say(&format!("stopping on signal {signal}"));
                kill(unshare, Signal::SIGKILL).context("stop the node")?;
                while !matches!(inbox.recv(), Ok(Event::Ended(_)) | Err(_)) {}
                return Ok(());
            }
            Event::Ended(status) => {
                let pause = backoff.next(started.elapsed());
                say(&format!("the node ended ({status:?}); it starts again in {pause:?}"));
                match inbox.recv_timeout(pause) {
                    Ok(Event::Stop(_)) => return Ok(()),
                    Ok(Event::Ended(_)) | Err(_) => {}
                }
            }
        }
    }
}

/// A `down` that came between the start of this process and its lock has not seen it, and took its cluster away.
fn refuse_orphan(settings: &Settings) -> Result<()> {
    if settings.is_claimed()? {
        return Ok(());
    }
    bail!("cluster {} was taken down", settings.name)
}

enum Event {
    Stop(i32),
    Ended(std::io::Result<std::process::ExitStatus>),
}

fn take_lock(settings: &Settings) -> Result<File> {
    use std::io::Write;
    let directory = settings.run_dir();
    fs::create_dir_all(&directory).with_context(|| format!("create {}", directory.display()))?;
    let path = directory.join("lock");
    let mut file = File::options().create(true).truncate(false).write(true).read(true).open(&path)?;
    file.try_lock().map_err(|error| anyhow::anyhow!("cluster {} is supervised already: {error}", settings.name))?;
    file.set_len(0)?;
    write!(file, "{}", std::process::id()).with_context(|| format!("write {}", path.display()))?;
    Ok(file)
}

/// Two ties hold the tree together: setpriv ends unshare when this process is killed, and unshare then ends the node.
fn start_node(settings: &Settings) -> Result<Child> {
    let own = std::env::current_exe().context("find this program's own file")?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--propagation", "private", "--pid", "--ipc"]);
    command.args(["--fork", "--kill-child", "--mount-proc"]).arg(own).args(["supervise", &settings.name]);
    command.env(INSIDE, "1").stdin(Stdio::null()).process_group(0);
    command.spawn().context("run setpriv (Debian package util-linux)")
}

pub(crate) fn say(text: &str) {
    eprintln!("supervisor: {text}");
}
