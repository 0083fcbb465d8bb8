//! What the tests run, by their environment. `cargo xtask test --only faults` builds it all and sets it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

#[derive(Clone, Debug)]
pub struct Programs {
    /// Directory with etcd, kube-apiserver and kube-controller-manager.
    pub kubernetes: PathBuf,
    pub helm: PathBuf,
    /// Built with feature `faults`.
    pub provisioner: PathBuf,
}

impl Programs {
    pub fn from_env() -> Result<Programs> {
        let kubernetes = place("FAULTS_BIN", "the directory with etcd, kube-apiserver and kube-controller-manager")?;
        let helm = place("HELM", "the helm program")?;
        let provisioner = place("FAULTS_PROVISIONER", "the provisioner built with --features faults")?;
        Ok(Programs { kubernetes, helm, provisioner })
    }

    pub fn kubernetes(&self, name: &str) -> PathBuf {
        self.kubernetes.join(name)
    }
}

fn place(name: &str, what: &str) -> Result<PathBuf> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    let value = value.with_context(|| format!("set {name} to {what}, or run `cargo xtask test --only faults`"))?;
    let path = PathBuf::from(value);
    ensure!(path.exists(), "{name}={} does not exist; run `cargo xtask test --only faults`", path.display());
    std::fs::canonicalize(&path).with_context(|| format!("read {name}={}", path.display()))
}

/// A directory of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
