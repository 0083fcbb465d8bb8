//! `down`: takes away whatever of a cluster is there, in whatever state it is.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{Signal, kill};

use crate::progress::Progress;
use crate::settings::Settings;
use crate::{control_group, kernel, network, supervisor, turns};

const PATIENCE: Duration = Duration::from_secs(10);

/// Removes the cluster and all its data. Nothing there is success too.
pub fn down(settings: &Settings, progress: &Progress) -> Result<()> {
    if !nix::unistd::geteuid().is_root() {
        bail!("taking a cluster down needs root: run as root");
    }
    let _lock = turns::one_at_a_time(settings, progress)?;
    let step = progress.step(&format!("take down cluster {}", settings.name), None);
    match take_down(settings) {
        Ok(()) => {
            step.done("");
            Ok(())
        }
        Err(error) => {
            step.fail(&error);
            Err(error)
        }
    }
}

fn take_down(settings: &Settings) -> Result<()> {
    stop_supervisor(settings)?;
    control_group::remove(settings)?;
    // Without its written settings the cluster never had a network, and the block may be another cluster's.
    if settings.is_claimed()? {
        network::close_machine(settings)?;
    }
    for directory in [settings.run_dir(), settings.state_dir()] {
        unmount_below(&directory)?;
    }
    // The settings go last: whatever stops this half-way, the next run knows the addresses of what is left.
    remove(&settings.run_dir())?;
    kernel::restore(settings)?;
    empty(&settings.state_dir(), "settings.json")?;
    remove(&settings.state_dir())?;
    remove(&turns::lock_path(settings))?;
    let _ = fs::remove_file(settings.state_root.join("claim.lock"));
    // Left empty by the last cluster; with another one in them they stay.
    for shared in [settings.run_dir().parent(), Some(settings.state_root.as_path())].into_iter().flatten() {
        let _ = fs::remove_dir(shared);
    }
    Ok(())
}

/// Ends the node and all that is in it; the data stays.
pub(crate) fn stop_supervisor(settings: &Settings) -> Result<()> {
    let Some(pid) = supervisor::running(settings)? else { return Ok(()) };
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        kill(pid, signal).with_context(|| format!("stop the supervisor {pid}"))?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if supervisor::running(settings)?.is_none() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    bail!("the supervisor {pid} does not end")
}

/// The node's mounts live in its own namespace and end with it. This is for those of an older or foreign making.
fn unmount_below(directory: &Path) -> Result<()> {
    let mounts = fs::read_to_string("/proc/self/mounts").context("list the mounts")?;
    let mut points: Vec<&Path> = mounts.lines().filter_map(|line| line.split(' ').nth(1)).map(Path::new).collect();
    points.retain(|point| point.starts_with(directory));
    for point in points.iter().rev() {
        umount2(*point, MntFlags::MNT_DETACH).with_context(|| format!("unmount {}", point.display()))?;
    }
    Ok(())
}

fn empty(directory: &Path, but: &str) -> Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("list {}", directory.display())),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name() != but {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
