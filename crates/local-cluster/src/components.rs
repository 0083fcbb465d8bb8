//! The processes of the node, in the order in which they start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::binaries::Binaries;
use crate::node_config::API_PORT;
use crate::pki;
use crate::settings::Settings;

/// One process: how it is called, and what must answer before it is of use to start it.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub name: &'static str,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub needs: Need,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// Something listens there.
    Port(SocketAddr),
    /// What a kubelet needs: containerd, and on a node that had pods already also the rules by which they reach the API:
    /// pods that start before those fail, and are tried again only after ten seconds.
    Pods {
        containerd: PathBuf,
    },
    /// The API server says that it is ready: controllers that come earlier give up and end.
    Api,
}

pub(crate) fn containerd_socket(settings: &Settings) -> PathBuf {
    settings.run_dir().join("containerd.sock")
}

pub(crate) fn all(settings: &Settings, binaries: &Binaries) -> Vec<Component> {
    let node = settings.addresses().node();
    let pki = pki::directory(settings);
    let config = settings.state_dir().join("config");
    let pki = |file: &str| path(&pki, file);
    let kubeconfig = |name: &str| path(&config, &format!("{name}.kubeconfig"));
    let kubernetes = |name: &'static str, needs: Need, arguments: Vec<String>| Component {
        name,
        program: binaries.program(name),
        arguments,
        needs,
    };
    vec![
        Component {
            name: "containerd",
            program: binaries.program("containerd"),
            arguments: vec![format!("--config={}", path(&config, "containerd.toml"))],
            needs: Need::Nothing,
        },
        kubernetes(
            "etcd",
            Need::Nothing,
            vec![
                format!("--data-dir={}", path(&settings.state_dir(), "etcd")),
                format!("--listen-client-urls=https://{ETCD}"),
                format!("--advertise-client-urls=https://{ETCD}"),
                "--listen-peer-urls=http://127.0.0.1:2380".into(),
                // Without client certificates every pod with the node's network could read every Secret.
                format!("--cert-file={}", pki("etcd.crt")),
                format!("--key-file={}", pki("etcd.key")),
                format!("--trusted-ca-file={}", pki("ca.crt")),
                "--client-cert-auth".into(),
                // A power cut may lose this throw-away cluster; a killed process does not. Ten times fewer disk waits.
                "--unsafe-no-fsync".into(),
                "--auto-compaction-retention=5m".into(),
                "--log-level=warn".into(),
            ],
        ),
        kubernetes("kube-apiserver", Need::Port(ETCD), api_server(settings, &pki)),
        kubernetes(
            "kubelet",
            Need::Pods { containerd: containerd_socket(settings) },
            vec![
                format!("--config={}", path(&config, "kubelet.yaml")),
                format!("--kubeconfig={}", kubeconfig("kubelet")),
                format!("--root-dir={}", path(&settings.state_dir(), "kubelet")),
                format!("--cert-dir={}", path(&settings.state_dir(), "kubelet/pki")),
                format!("--node-ip={node}"),
                format!("--hostname-override={}", settings.name),
            ],
        ),
        kubernetes(
            "kube-controller-manager",
            Need::Api,
            vec![
                format!("--kubeconfig={}", kubeconfig("controller-manager")),
                format!("--authentication-kubeconfig={}", kubeconfig("controller-manager")),
                format!("--authorization-kubeconfig={}", kubeconfig("controller-manager")),
                format!("--root-ca-file={}", pki("ca.crt")),
                format!("--service-account-private-key-file={}", pki("service-accounts.key")),
                format!("--cluster-signing-cert-file={}", pki("ca.crt")),
                format!("--cluster-signing-key-file={}", pki("ca.key")),
                "--use-service-account-credentials".into(),
                "--leader-elect=false".into(),
                "--bind-address=127.0.0.1".into(),
            ],
        ),
        kubernetes(
            "kube-scheduler",
            Need::Api,
            vec![
                format!("--kubeconfig={}", kubeconfig("scheduler")),
                format!("--authentication-kubeconfig={}", kubeconfig("scheduler")),
                format!("--authorization-kubeconfig={}", kubeconfig("scheduler")),
                "--leader-elect=false".into(),
                "--bind-address=127.0.0.1".into(),
            ],
        ),
        kubernetes(
            "kube-proxy",
            Need::Api,
            vec![
                format!("--kubeconfig={}", kubeconfig("proxy")),
                format!("--cluster-cidr={}", settings.addresses().pods),
                "--proxy-mode=nftables".into(),
                format!("--hostname-override={}", settings.name),
                // Connection tracking's limits belong to the machine, not to one cluster on it.
                "--conntrack-max-per-core=0".into(),
                "--conntrack-tcp-timeout-established=0".into(),
                "--conntrack-tcp-timeout-close-wait=0".into(),
            ],
        ),
    ]
}

const ETCD: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 2379);

fn api_server(settings: &Settings, pki: &impl Fn(&str) -> String) -> Vec<String> {
    let addresses = settings.addresses();
    vec![
        format!("--etcd-servers=https://{ETCD}"),
        format!("--etcd-cafile={}", pki("ca.crt")),
        format!("--etcd-certfile={}", pki("etcd-client.crt")),
        format!("--etcd-keyfile={}", pki("etcd-client.key")),
        format!("--secure-port={API_PORT}"),
        format!("--advertise-address={}", addresses.node()),
        format!("--client-ca-file={}", pki("ca.crt")),
        format!("--tls-cert-file={}", pki("apiserver.crt")),
        format!("--tls-private-key-file={}", pki("apiserver.key")),
        format!("--kubelet-certificate-authority={}", pki("ca.crt")),
        format!("--kubelet-client-certificate={}", pki("kubelet-client.crt")),
        format!("--kubelet-client-key={}", pki("kubelet-client.key")),
        "--kubelet-preferred-address-types=InternalIP".into(),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
        format!("--service-account-key-file={}", pki("service-accounts.pub")),
        format!("--service-account-signing-key-file={}", pki("service-accounts.key")),
        format!("--service-cluster-ip-range={}", addresses.services),
        "--authorization-mode=Node,RBAC".into(),
        "--enable-admission-plugins=NodeRestriction".into(),
        "--allow-privileged".into(),
        "--anonymous-auth=false".into(),
        format!("--requestheader-client-ca-file={}", pki("front-proxy-ca.crt")),
        "--requestheader-allowed-names=front-proxy-client".into(),
        "--requestheader-extra-headers-prefix=X-Remote-Extra-".into(),
        "--requestheader-group-headers=X-Remote-Group".into(),
        "--requestheader-username-headers=X-Remote-User".into(),
        format!("--proxy-client-cert-file={}", pki("front-proxy-client.crt")),
        format!("--proxy-client-key-file={}", pki("front-proxy-client.key")),
        // The aggregated metrics API is reached at its pod: no wait for kube-proxy.
        "--enable-aggregator-routing".into(),
    ]
}

fn path(directory: &Path, file: &str) -> String {
    directory.join(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn components() -> Vec<Component> {
        all(&Settings::for_test("one", 1), &Binaries { directory: "/cache/bin/x".into() })
    }

    #[test]
    fn no_flag_is_given_twice_and_every_file_lies_in_the_state_directory() {
        for component in components() {
            let mut flags = HashSet::new();
            for argument in &component.arguments {
                let (flag, value) = argument.split_once('=').unwrap_or((argument, ""));
                assert!(flags.insert(flag), "{} {flag}", component.name);
                assert!(!value.starts_with('/') || value.starts_with("/nowhere/one/"), "{argument}");
            }
        }
    }

    #[test]
    fn controllers_wait_for_the_api_and_etcd_asks_who_calls() {
        let components = components();
        let named = |name: &str| components.iter().find(|component| component.name == name).unwrap();
        for name in ["kube-controller-manager", "kube-scheduler", "kube-proxy"] {
            assert_eq!(named(name).needs, Need::Api);
        }
        assert!(named("etcd").arguments.contains(&"--client-cert-auth".to_owned()));
        assert!(named("kube-apiserver").arguments.contains(&"--anonymous-auth=false".to_owned()));
        let node = "--node-ip=10.240.1.2".to_owned();
        assert!(named("kubelet").arguments.contains(&node));
    }
}
