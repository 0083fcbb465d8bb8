//! The files that the node's components read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use serde_json::{Value, json};

use crate::binaries::Binaries;
use crate::image::SANDBOX_IMAGE;
use crate::settings::Settings;
use crate::{pki, resolver};

/// Which certificate stands behind which kubeconfig of the node's own components.
const KUBECONFIGS: [&str; 4] = ["controller-manager", "scheduler", "proxy", "kubelet"];

pub(crate) fn write_all(settings: &Settings, binaries: &Binaries) -> Result<()> {
    let state = settings.state_dir();
    for directory in ["config", "config/cni", "config/certs.d", "logs", "pods-logs", "volumes", "kubelet", "containerd"]
    {
        fs::create_dir_all(state.join(directory))
            .with_context(|| format!("create {directory} in {}", state.display()))?;
    }
    let config = state.join("config");
    write(&config.join("binaries"), &binaries.directory.display().to_string())?;
    write(&config.join("resolv.conf"), &resolver::file(&resolver::upstream()))?;
    write(&config.join("containerd.toml"), &containerd(settings, binaries))?;
    write(&config.join("cni/10-pods.conflist"), &cni(settings).to_string())?;
    write(&config.join("kubelet.yaml"), &kubelet(settings).to_string())?;
    for name in KUBECONFIGS {
        pki::write(&config.join(format!("{name}.kubeconfig")), &kubeconfig(settings, name)?.to_string())?;
    }
    pki::write(&state.join("kubeconfig"), &format!("{:#}\n", kubeconfig(settings, "admin")?))
}

/// The programs that the cluster was started with: those it goes on with, whatever is built meanwhile.
pub(crate) fn binaries_of(settings: &Settings) -> Result<PathBuf> {
    let path = settings.state_dir().join("config/binaries");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    Ok(PathBuf::from(text.trim()))
}

pub(crate) fn context_name(settings: &Settings) -> String {
    format!("store-platform-{}", settings.name)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// JSON is YAML too. The certificates are inside, so that the file can be carried elsewhere on the machine.
fn kubeconfig(settings: &Settings, identity: &str) -> Result<Value> {
    let pki = pki::directory(settings);
    let inside = |file: String| -> Result<String> {
        let path = pki.join(file);
        let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let context = context_name(settings);
    Ok(json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": {
            "server": format!("https://{}:{API_PORT}", settings.addresses().node()),
            "certificate-authority-data": inside("ca.crt".into())?,
        }}],
        "users": [{"name": context, "user": {
            "client-certificate-data": inside(format!("{identity}.crt"))?,
            "client-key-data": inside(format!("{identity}.key"))?,
        }}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }))
}

/// The node has its own network, so the usual port is always free there.
pub(crate) const API_PORT: u16 = 6443;

fn containerd(settings: &Settings, binaries: &Binaries) -> String {
    let state = settings.state_dir();
    let state = state.display();
    let run = settings.run_dir();
    let run = run.display();
    let bin = binaries.directory.display();
    // restrict_oom_score_adj: without CAP_SYS_RESOURCE (a container, a small VM) runc fails to lower it and no pod starts.
    // The network's namespaces lie under the run directory, not in /run/netns, which the machine's own tools list.
    format!(
        r#"version = 3
root = "{state}/containerd"
state = "{run}/containerd"

[grpc]
  address = "{run}/containerd.sock"

[plugins.'io.containerd.internal.v1.opt']
  path = "{state}/containerd/opt"

[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = "{SANDBOX_IMAGE}"
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = "{state}/config/certs.d"

[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/usr/lib/cni", "/opt/cni/bin"]
    conf_dir = "{state}/config/cni"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    runtime_path = "{bin}/containerd-shim-runc-v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
"#
    )
}

/// A routed cable to each pod: no bridge, so no kernel module for it, and every packet passes the node's firewall.
fn cni(settings: &Settings) -> Value {
    json!({
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [{
            "type": "ptp",
            "ipMasq": false,
            "ipam": {
                "type": "host-local",
                "dataDir": "/run/pod-addresses",
                "ranges": [[{"subnet": settings.addresses().pods.to_string()}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }],
    })
}

fn kubelet(settings: &Settings) -> Value {
    let state = settings.state_dir();
    let pki = pki::directory(settings);
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": false},
            "webhook": {"enabled": true},
            "x509": {"clientCAFile": pki.join("ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": pki.join("kubelet.crt"),
        "tlsPrivateKeyFile": pki.join("kubelet.key"),
        "address": settings.addresses().node().to_string(),
        "containerRuntimeEndpoint": format!("unix://{}/containerd.sock", settings.run_dir().display()),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": format!("/{}", settings.control_group()),
        // cgroup v1 still works, it only has to be asked for.
        "failCgroupV1": false,
        "failSwapOn": false,
        "clusterDNS": [settings.addresses().dns().to_string()],
        "clusterDomain": "cluster.local",
        "resolvConf": state.join("config/resolv.conf"),
        "podLogsDir": state.join("pods-logs"),
        "volumePluginDir": state.join("kubelet/volume-plugins"),
        "serializeImagePulls": false,
        // The node has one tenant. Otherwise an image that came by import counts as a stranger's as soon as a registry
        // served the same one, and its pods wait for a registry that does not have it.
        "imagePullCredentialsVerificationPolicy": "NeverVerify",
        // A developer's disk is full more often than not: only the very last per cent evicts pods.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "shutdownGracePeriod": "0s",
        // Fast feedback is what a local cluster is for.
        "syncFrequency": "10s",
        "nodeStatusUpdateFrequency": "10s",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(name: &str, slot: u8) -> [String; 3] {
        let settings = Settings::for_test(name, slot);
        let binaries = Binaries { directory: "/cache/bin/x".into() };
        [containerd(&settings, &binaries), cni(&settings).to_string(), kubelet(&settings).to_string()]
    }

    #[test]
    fn every_path_and_address_is_the_clusters_own() {
        let (one, two) = (texts("one", 1), texts("two", 2));
        for (text, other) in one.iter().zip(&two) {
            assert!(!text.contains("two") && !other.contains("one"));
        }
        assert!(one[0].contains("address = \"/run/store-platform/one/containerd.sock\""));
        assert!(one[1].contains("\"subnet\":\"10.224.16.0/20\""), "{}", one[1]);
        assert!(one[2].contains("\"clusterDNS\":[\"10.208.16.10\"]"), "{}", one[2]);
        assert!(one[2].contains("\"cgroupRoot\":\"/store-platform-one\""));
        assert!(one[2].contains("\"address\":\"10.240.1.2\""));
    }

    #[test]
    fn containerd_starts_pods_without_the_right_to_lower_oom_scores() {
        let [containerd, _, _] = texts("one", 1);
        assert!(containerd.contains("restrict_oom_score_adj = true"));
        assert!(containerd.contains(&format!("sandbox = \"{SANDBOX_IMAGE}\"")));
    }
}
