//! The node's first process: makes a machine out of fresh namespaces, starts the components and keeps them running.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::mount::{MsFlags, mount};
use nix::sys::wait::{WaitStatus, waitpid};
use serde::Serialize;

use crate::backoff::Backoff;
use crate::binaries::Binaries;
use crate::components::{self, Component, Need};
use crate::progress::tail;
use crate::settings::Settings;
use crate::supervisor::say;
use crate::{control_group, network, node_config, readiness};

/// How often something that is waited for is tried.
const TRY: Duration = Duration::from_millis(100);
/// A kubelet starts without the rules rather than never.
const RULES: Duration = Duration::from_secs(10);
const LAST_LINES: usize = 8;
/// A log that grew past this is begun anew when its component starts again.
const LOG_LIMIT: u64 = 64 * 1024 * 1024;

pub(crate) fn run(settings: &Settings) -> Result<()> {
    mount_all(settings).context("mount the node's file systems")?;
    control_group::enter(settings)?;
    readiness::note_start(settings)?;
    network::set_up_node(settings)?;
    let binaries = Binaries { directory: node_config::binaries_of(settings)? };
    let (ended, inbox) = channel();
    let mut keeper = Keeper {
        settings,
        kubectl: binaries.kubectl(),
        kept: components::all(settings, &binaries).into_iter().map(Kept::new).collect(),
        spawned: false,
        had_pods: settings.state_dir().join("etcd/member").exists(),
        started: Instant::now(),
    };
    loop {
        keeper.start_due();
        if !keeper.spawned {
            // The reaper may only begin when there is a child; else it would find none and end.
            keeper.spawned = keeper.kept.iter().any(|kept| kept.process.is_some());
            if keeper.spawned {
                spawn_reaper(ended.clone());
            }
        }
        keeper.receive(&inbox);
    }
}

/// Everything with a parent that died becomes our child: bury all, tell the main loop about each.
fn spawn_reaper(ended: Sender<WaitStatus>) {
    thread::spawn(move || {
        loop {
            match waitpid(None, None) {
                Ok(status) => {
                    if ended.send(status).is_err() {
                        return;
                    }
                }
                // No children at all for a moment, or a signal: look again.
                Err(_) => thread::sleep(TRY),
            }
        }
    });
}

struct Keeper<'a> {
    settings: &'a Settings,
    kubectl: PathBuf,
    kept: Vec<Kept>,
    spawned: bool,
    had_pods: bool,
    started: Instant,
}

struct Kept {
    component: Component,
    process: Option<Process>,
    backoff: Backoff,
    restarts: u32,
    not_before: Instant,
}

struct Process {
    pid: i32,
    started: Instant,
}

/// What `status` shows.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    pid: Option<i32>,
    restarts: u32,
}

impl Kept {
    fn new(component: Component) -> Self {
        let now = Instant::now();
        Self { component, process: None, backoff: Backoff::default(), restarts: 0, not_before: now }
    }
}

impl Keeper<'_> {
    fn start_due(&mut self) {
        let mut changed = false;
        let mut api = None;
        for index in 0..self.kept.len() {
            let kept = &self.kept[index];
            if kept.process.is_some() || Instant::now() < kept.not_before {
                continue;
            }
            let ready = match &kept.component.needs {
                Need::Nothing => true,
                Need::Port(address) => TcpStream::connect_timeout(address, TRY).is_ok(),
                Need::Pods { containerd } => UnixStream::connect(containerd).is_ok() && self.pods_reach_the_api(),
                // Three components ask; one answer serves them all.
                Need::Api => *api.get_or_insert_with(|| self.api_ready()),
            };
            if !ready {
                continue;
            }
            match self.spawn(&self.kept[index].component) {
                Ok(pid) => {
                    say(&format!("{} starts as {pid}", self.kept[index].component.name));
                    self.kept[index].process = Some(Process { pid, started: Instant::now() });
                }
                Err(error) => {
                    let kept = &mut self.kept[index];
                    let pause = kept.backoff.next(Duration::ZERO);
                    kept.not_before = Instant::now() + pause;
                    say(&format!("{} does not start: {error:#}; again in {pause:?}", kept.component.name));
                }
            }
            changed = true;
        }
        if changed {
            self.write_status();
        }
    }

    /// Waits for the end of a child, or for the next moment at which something may be due.
    fn receive(&mut self, inbox: &Receiver<WaitStatus>) {
        let idle = self.kept.iter().all(|kept| kept.process.is_some());
        let patience = if idle { Duration::from_hours(1) } else { TRY };
        match inbox.recv_timeout(patience) {
            Ok(status) => self.buried(status),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(TRY),
        }
    }

    fn buried(&mut self, status: WaitStatus) {
        let Some(pid) = status.pid() else { return };
        let log_dir = self.settings.log_dir();
        let dead = self.kept.iter_mut().find(|kept| kept.process.as_ref().is_some_and(|own| own.pid == pid.as_raw()));
        // Others that end here are children of shims that died: nobody waits for them but us.
        let Some(kept) = dead else { return };
        let ran = kept.process.take().map(|process| process.started.elapsed()).unwrap_or_default();
        let pause = kept.backoff.next(ran);
        kept.restarts += 1;
        kept.not_before = Instant::now() + pause;
        let name = kept.component.name;
        say(&format!("{name} ended after {:.1}s ({status:?}); it starts again in {pause:?}", ran.as_secs_f64()));
        for line in tail(&log_path(&log_dir, name), LAST_LINES) {
            say(&format!("{name} | {line}"));
        }
        self.write_status();
    }

    fn spawn(&self, component: &Component) -> Result<i32> {
        let path = log_path(&self.settings.log_dir(), component.name);
        let too_long = fs::metadata(&path).is_ok_and(|file| file.len() > LOG_LIMIT);
        let opened = File::options().create(true).append(!too_long).write(true).truncate(too_long).open(&path);
        let log = opened.with_context(|| format!("open {}", path.display()))?;
        // Looked at first: a failed exec would leave a child that both the standard library and the reaper wait for.
        fs::metadata(&component.program).with_context(|| format!("find {}", component.program.display()))?;
        let mut command = Command::new(&component.program);
        command.args(&component.arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let own = component.program.parent().map(Path::display);
        let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        command.env_clear().env("HOME", "/root").envs(passed_on());
        command.env("PATH", own.map_or_else(|| usual.to_owned(), |own| format!("{own}:{usual}")));
        let child = command.spawn().with_context(|| format!("run {}", component.program.display()))?;
        Ok(i32::try_from(child.id())?)
    }

    fn api_ready(&self) -> bool {
        let node = self.settings.addresses().node();
        let port = std::net::SocketAddr::from((node, node_config::API_PORT));
        if TcpStream::connect_timeout(&port, TRY).is_err() {
            return false;
        }
        let mut command = Command::new(&self.kubectl);
        command.arg(format!("--kubeconfig={}", self.settings.state_dir().join("kubeconfig").display()));
        command.args(["get", "--raw=/readyz"]);
        printed(&mut command).trim() == "ok"
    }

    fn pods_reach_the_api(&self) -> bool {
        !self.had_pods
            || self.started.elapsed() > RULES
            || !printed(Command::new("nft").args(["list", "table", "ip", "kube-proxy"])).is_empty()
    }

    fn write_status(&self) {
        let shown: Vec<Shown<'_>> = self
            .kept
            .iter()
            .map(|kept| Shown {
                name: kept.component.name,
                pid: kept.process.as_ref().map(|process| process.pid),
                restarts: kept.restarts,
            })
            .collect();
        let path = self.settings.run_dir().join("components.json");
        let written =
            serde_json::to_vec(&shown).map_err(anyhow::Error::from).and_then(|text| Ok(fs::write(&path, text)?));
        if let Err(error) = written {
            say(&format!("{} cannot be written: {error:#}", path.display()));
        }
    }
}

/// What a command printed. Not how it ended: the reaper may bury it before the standard library does.
fn printed(command: &mut Command) -> String {
    let mut answer = String::new();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return answer };
    let read = child.stdout.take().map(|mut out| out.read_to_string(&mut answer));
    if matches!(read, Some(Ok(_))) { answer } else { String::new() }
}

fn log_path(directory: &Path, component: &str) -> PathBuf {
    directory.join(format!("{component}.log"))
}

/// A machine behind a proxy needs these for image pulls; certificates may come from a file of its own.
fn passed_on() -> BTreeMap<String, String> {
    let names = [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];
    std::env::vars().filter(|(name, _)| names.contains(&name.as_str())).collect()
}

/// A /run, /var/lib and /var/log of the node's own, so that what the components leave there never meets the machine's or
/// another cluster's; and mounts that pods may share.
fn mount_all(settings: &Settings) -> Result<()> {
    let state = settings.state_dir();
    let programs = node_config::binaries_of(settings)?;
    let resolver = fs::canonicalize("/etc/resolv.conf").ok();
    let own_resolver = fs::read(state.join("config/resolv.conf")).context("read the node's resolv.conf")?;
    let logs = state.join("var-log");
    fs::create_dir_all(&logs)?;
    mount(Some(&logs), "/var/log", NONE, MsFlags::MS_BIND, NONE).context("bind /var/log")?;
    for covered in ["/run", "/var/lib"] {
        cover(Path::new(covered), &[&settings.run_dir(), &state, &programs])?;
    }
    if let Some(resolver) = resolver.filter(|path| !path.exists()) {
        // It lay in the covered /run: put the node's own there.
        if let Some(directory) = resolver.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&resolver, own_resolver).with_context(|| format!("write {}", resolver.display()))?;
    }
    mount(NONE, "/", NONE, MsFlags::MS_SHARED | MsFlags::MS_REC, NONE).context("share the node's mounts with its pods")
}

const NONE: Option<&str> = None;

/// Hides a directory under an empty one in memory; of what was in it only `keep` stays visible.
fn cover(directory: &Path, keep: &[&PathBuf]) -> Result<()> {
    let mut held = Vec::new();
    for path in keep.iter().filter(|path| path.starts_with(directory)) {
        // Held open across the mount: reachable by its descriptor when its path is covered.
        held.push((path, File::open(path).with_context(|| format!("open {}", path.display()))?));
    }
    mount(Some("tmpfs"), directory, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=755"))
        .with_context(|| format!("cover {}", directory.display()))?;
    for (path, file) in held {
        fs::create_dir_all(path)?;
        let source = format!("/proc/self/fd/{}", file.as_raw_fd());
        mount(Some(source.as_str()), path.as_path(), NONE, MsFlags::MS_BIND, NONE)
            .with_context(|| format!("keep {} visible", path.display()))?;
    }
    Ok(())
}
