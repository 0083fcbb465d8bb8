//! Where things are. `cargo xtask test` says it in the environment.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use store_api::{Client, ClientSettings};
use url::Url;

use crate::{Helm, Kubectl, Node, Program, Trust, Visitor};

/// Namespace of the platform itself.
pub const NAMESPACE: &str = "store-platform";
/// Name of the provisioner's Deployment, Service and ServiceAccount.
pub const PROVISIONER: &str = "store-platform-provisioner";

#[derive(Clone)]
pub struct World {
    pub api: Url,
    pub client: Client,
    pub kubectl: Kubectl,
    pub helm: Helm,
    pub storectl: Program,
    pub base_domain: String,
    /// `None`: the scheme's own.
    pub https_port: Option<u16>,
    /// `None`: not known, and nothing is asked over plain http.
    pub http_port: Option<u16>,
    pub trust: Trust,
    /// Where the cluster pulls its images from, if not from its own store.
    pub registry: Option<String>,
    /// The cluster's processes are this machine's.
    pub embedded: bool,
    /// The embedded cluster's node, to be broken and mended.
    pub node: Option<Node>,
}

impl World {
    pub fn from_env() -> Result<World> {
        let api: Url = needed("STORECTL_URL")?.parse().context("STORECTL_URL")?;
        let token = needed("STORECTL_TOKEN")?;
        let authority = optional("STORECTL_CA");
        let trust = match &authority {
            Some(path) => Trust::Authority(std::fs::read(path).with_context(|| format!("read {path}"))?),
            None => Trust::Public,
        };
        let context = optional("E2E_CONTEXT");
        let kubeconfig = needed("KUBECONFIG")?;
        let cluster_program = |name: &str, context_flag: &str| -> Result<Program> {
            let program = Program::new(PathBuf::from(needed(name)?)).with(format!("--kubeconfig={kubeconfig}"));
            Ok(match &context {
                Some(context) => program.with(format!("{context_flag}={context}")),
                None => program,
            })
        };
        let client = Client::new(ClientSettings {
            base: api.clone(),
            token: Some(SecretString::from(token.clone())),
            ca_pem: trust.pem().map(<[u8]>::to_vec),
        })?;
        let mut storectl = Program::new(PathBuf::from(needed("E2E_STORECTL")?))
            .env("STORECTL_URL", api.as_str())
            .env("STORECTL_TOKEN", token);
        if let Some(path) = authority {
            storectl = storectl.env("STORECTL_CA", path);
        }
        Ok(World {
            client,
            kubectl: Kubectl::new(cluster_program("E2E_KUBECTL", "--context")?),
            helm: Helm::new(cluster_program("E2E_HELM", "--kube-context")?, PathBuf::from(needed("E2E_CHART")?)),
            storectl,
            base_domain: needed("E2E_BASE_DOMAIN")?,
            https_port: port("E2E_HTTPS_PORT")?,
            http_port: port("E2E_HTTP_PORT")?,
            registry: optional("E2E_REGISTRY"),
            embedded: context.is_none(),
            node: match optional("E2E_CLUSTER") {
                Some(cluster) => Some(Node::new(&cluster, Program::new(PathBuf::from(needed("E2E_XTASK")?)))?),
                None => None,
            },
            trust,
            api,
        })
    }

    /// Somebody at a browser who opens pages below `address`.
    pub fn visitor(&self, address: &Url) -> Result<Visitor> {
        Visitor::new(address, &self.trust)
    }

    /// The address of a host of the platform, by scheme.
    pub fn address(&self, scheme: &str, host: &str) -> Result<Url> {
        let port = if scheme == "https" { self.https_port } else { self.http_port };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{host}{port}/").parse().with_context(|| format!("the address of {host}"))
    }
}

fn needed(name: &str) -> Result<String> {
    optional(name).with_context(|| format!("{name} is not set: these tests are run by `cargo xtask test`"))
}

fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn port(name: &str) -> Result<Option<u16>> {
    optional(name).map(|text| text.parse().with_context(|| format!("{name}={text} is no port"))).transpose()
}
