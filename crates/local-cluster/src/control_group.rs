//! The control groups under which everything of one cluster lives. Both versions: one tree per controller, or one for all.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::settings::Settings;

const ROOT: &str = "/sys/fs/cgroup";

/// Puts the calling process, and so all that it starts, into the cluster's own group.
pub(crate) fn enter(settings: &Settings) -> Result<()> {
    for tree in trees()? {
        let group = tree.join(settings.control_group());
        // Version 2 allows processes only in leaves: the components get one, the pods another (kubelet makes it).
        let leaf = group.join("components");
        fs::create_dir_all(&leaf).with_context(|| format!("create {}", leaf.display()))?;
        if is_unified(&tree) {
            hand_down(&tree)?;
            hand_down(&group)?;
        } else if tree.ends_with("cpuset") || tree.join("cpuset.cpus").exists() {
            inherit_cpuset(&tree, &group)?;
            inherit_cpuset(&group, &leaf)?;
        }
        let members = leaf.join("cgroup.procs");
        fs::write(&members, std::process::id().to_string()).with_context(|| format!("write {}", members.display()))?;
    }
    Ok(())
}

/// Ends what is still in the groups and removes them.
pub(crate) fn remove(settings: &Settings) -> Result<()> {
    for tree in trees()? {
        let group = tree.join(settings.control_group());
        for attempt in 0.. {
            if !group.exists() {
                break;
            }
            if attempt == 100 {
                bail!("processes in {} do not end", group.display());
            }
            for pid in members(&group) {
                // It may have ended meanwhile, which is what is wanted.
                let _ = kill(pid, Signal::SIGKILL);
            }
            remove_tree(&group);
            if group.exists() {
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
    Ok(())
}

/// The mounted trees: one with version 2, one per controller with version 1.
fn trees() -> Result<Vec<PathBuf>> {
    let root = Path::new(ROOT);
    if is_unified(root) {
        return Ok(vec![root.to_path_buf()]);
    }
    let entries = fs::read_dir(root).with_context(|| format!("list {ROOT}: are control groups mounted?"))?;
    let mut trees = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Links (cpu -> cpu,cpuacct) name trees that are in the list already.
        if entry.file_type()?.is_dir() && entry.path().join("cgroup.procs").exists() {
            trees.push(entry.path());
        }
    }
    Ok(trees)
}

fn is_unified(tree: &Path) -> bool {
    tree.join("cgroup.controllers").exists()
}

fn hand_down(group: &Path) -> Result<()> {
    let available = fs::read_to_string(group.join("cgroup.controllers"))?;
    for controller in available.split_whitespace() {
        // One by one: a controller that cannot be handed down (threaded, real-time) must not stop the others.
        let _ = fs::write(group.join("cgroup.subtree_control"), format!("+{controller}"));
    }
    Ok(())
}

fn inherit_cpuset(parent: &Path, child: &Path) -> Result<()> {
    for file in ["cpuset.cpus", "cpuset.mems"] {
        let own = child.join(file);
        if fs::read_to_string(&own)?.trim().is_empty() {
            fs::write(&own, fs::read(parent.join(file))?).with_context(|| format!("write {}", own.display()))?;
        }
    }
    Ok(())
}

fn members(group: &Path) -> Vec<Pid> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(group).into_iter().filter_map(Result::ok) {
        if entry.file_name() == "cgroup.procs" {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            found.extend(text.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0).map(Pid::from_raw));
        }
    }
    found
}

/// Deepest first. A group that is busy stays; the caller looks again.
fn remove_tree(group: &Path) {
    for entry in walkdir::WalkDir::new(group).contents_first(true).into_iter().filter_map(Result::ok) {
        if entry.file_type().is_dir() {
            let _ = fs::remove_dir(entry.path());
        }
    }
}
