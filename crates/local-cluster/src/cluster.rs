//! A running cluster: what its callers need to know of it, and the little they do to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::binaries::Binaries;
use crate::settings::Settings;
use crate::{components, node_config, supervisor};

#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub kubeconfig: PathBuf,
    pub context: String,
    pub binaries: Binaries,
    pub http_port: u16,
    pub https_port: u16,
    /// The certificate (PEM) behind the ClusterIssuer `selfsigned`: what a client trusts to use https locally.
    pub ca_certificate: PathBuf,
    pub containerd_socket: PathBuf,
    /// The machine as the cluster's pods and containerd reach it, e.g. for a registry that runs on the machine.
    pub machine_address: std::net::Ipv4Addr,
    certs_dir: PathBuf,
}

impl Cluster {
    /// The cluster of these settings, if it runs and `up` has finished with it.
    pub fn find(settings: &Settings) -> Result<Option<Self>> {
        if supervisor::running(settings)?.is_none() || !finished_mark(settings).exists() {
            return Ok(None);
        }
        let binaries = Binaries { directory: node_config::binaries_of(settings)? };
        Ok(Some(Self::of(settings, binaries)))
    }

    pub(crate) fn of(settings: &Settings, binaries: Binaries) -> Self {
        let state = settings.state_dir();
        Self {
            name: settings.name.clone(),
            kubeconfig: state.join("kubeconfig"),
            context: node_config::context_name(settings),
            binaries,
            http_port: settings.http_port,
            https_port: settings.https_port,
            ca_certificate: state.join("ca.pem"),
            containerd_socket: components::containerd_socket(settings),
            machine_address: settings.addresses().machine(),
            certs_dir: state.join("config/certs.d"),
        }
    }

    /// kubectl for this cluster, whatever the caller's own KUBECONFIG says.
    pub fn kubectl(&self) -> Command {
        let mut command = Command::new(self.binaries.kubectl());
        command.arg("--kubeconfig").arg(&self.kubeconfig).stdin(Stdio::null());
        command
    }

    /// Makes the images of an OCI (or docker) archive known to the node, under the names that the archive gives them.
    pub fn import_image(&self, archive: &Path) -> Result<()> {
        run(self.ctr().args(["images", "import"]).arg(archive)).map(|_| ())
    }

    pub fn has_image(&self, name: &str) -> Result<bool> {
        let listed = run(self.ctr().args(["images", "list", "-q"]).arg(format!("name=={name}")))?;
        Ok(listed.lines().any(|line| line == name))
    }

    /// Lets the node pull from a registry that speaks plain http; `host` as image names spell it, with its port.
    pub fn trust_plain_registry(&self, host: &str) -> Result<()> {
        if host.contains(['/', '"', '\n']) || host.is_empty() {
            bail!("{host:?} is no registry's host");
        }
        let directory = self.certs_dir.join(host);
        fs::create_dir_all(&directory).with_context(|| format!("create {}", directory.display()))?;
        let text =
            format!("server = \"http://{host}\"\n[host.\"http://{host}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        fs::write(directory.join("hosts.toml"), text).with_context(|| format!("write {}", directory.display()))
    }

    fn ctr(&self) -> Command {
        let mut command = Command::new(self.binaries.program("ctr"));
        command.arg("--address").arg(&self.containerd_socket).args(["--namespace", "k8s.io"]).stdin(Stdio::null());
        command
    }
}

/// Written when `up` is through: what it made does not have to be looked at again.
pub(crate) fn finished_mark(settings: &Settings) -> PathBuf {
    settings.state_dir().join("finished")
}

/// Runs to the end and gives what it printed; what it complained is the error.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("run {program}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{program} ended with {}: {}", output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
