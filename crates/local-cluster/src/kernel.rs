//! Kernel settings that a kubelet changes for the whole machine: remembered before, put back after the last cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::settings::Settings;

/// Kubelet sets the first six; the way out of the nodes needs the last.
const CHANGED: [&str; 7] = [
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "net/ipv4/ip_forward",
];

/// Loaded where they are modules; where they are built in, or modprobe is missing, nothing is to be done.
const MODULES: [&str; 4] = ["overlay", "veth", "nf_tables", "nf_conntrack"];

/// Remembers what is there before the first cluster of this machine starts.
pub(crate) fn remember(settings: &Settings) -> Result<()> {
    load_modules();
    let path = remembered(settings);
    if path.exists() {
        return Ok(());
    }
    let mut before = BTreeMap::new();
    for name in CHANGED {
        if let Ok(value) = fs::read_to_string(Path::new("/proc/sys").join(name)) {
            before.insert(name, value.trim().to_owned());
        }
    }
    fs::create_dir_all(&settings.state_root)?;
    fs::write(&path, serde_json::to_vec_pretty(&before)?).with_context(|| format!("write {}", path.display()))
}

/// Puts it back, unless another cluster of this machine still needs it as it is.
pub(crate) fn restore(settings: &Settings) -> Result<()> {
    let path = remembered(settings);
    let Ok(text) = fs::read(&path) else { return Ok(()) };
    let entries = fs::read_dir(&settings.state_root)?;
    if entries.filter_map(Result::ok).any(|entry| entry.path().is_dir() && entry.path() != settings.state_dir()) {
        return Ok(());
    }
    let before: BTreeMap<String, String> =
        serde_json::from_slice(&text).context("read the remembered kernel settings")?;
    for (name, value) in before {
        let setting = Path::new("/proc/sys").join(&name);
        if fs::read_to_string(&setting).is_ok_and(|now| now.trim() != value) {
            fs::write(&setting, &value).with_context(|| format!("put back {name} = {value}"))?;
        }
    }
    fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))
}

fn remembered(settings: &Settings) -> PathBuf {
    settings.state_root.join("kernel-before.json")
}

fn load_modules() {
    for module in MODULES {
        // What is truly missing shows where it is needed, with a better message than modprobe's.
        let _ = Command::new("modprobe").args(["--quiet", module]).status();
    }
}
