//! Which cluster: the embedded one, or one that exists.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use local_cluster::progress::Progress;
use local_cluster::{Cluster, Settings};

use crate::deps;

#[derive(Args, Clone, Debug)]
pub struct ClusterArgs {
    /// The embedded cluster's name; ports, networks and state directory follow from it
    #[arg(long, default_value = "demo")]
    pub cluster: String,
    /// Port of this machine for http (default: follows from the name)
    #[arg(long)]
    pub http_port: Option<u16>,
    /// Port of this machine for https (default: follows from the name)
    #[arg(long)]
    pub https_port: Option<u16>,
}

impl ClusterArgs {
    pub fn named(name: &str) -> ClusterArgs {
        ClusterArgs { cluster: name.to_owned(), http_port: None, https_port: None }
    }

    pub fn settings(&self) -> Result<Settings> {
        let mut settings = settings(&self.cluster)?;
        if let Some(port) = self.http_port {
            settings.http_port = port;
        }
        if let Some(port) = self.https_port {
            settings.https_port = port;
        }
        Ok(settings)
    }
}

#[derive(Args, Clone, Debug)]
pub struct TargetArgs {
    #[command(flatten)]
    pub embedded: ClusterArgs,
    /// Use a cluster that exists: the kubeconfig's context
    #[arg(long, requires = "registry")]
    pub context: Option<String>,
    /// Where that cluster pulls images from, e.g. localhost:5000; images are pushed there
    #[arg(long, requires = "context")]
    pub registry: Option<String>,
    /// The registry as this machine reaches it, where that differs from --registry
    #[arg(long, requires = "registry")]
    pub push_to: Option<String>,
    /// With --context: the kubeconfig (default: KUBECONFIG, else ~/.kube/config)
    #[arg(long, requires = "context")]
    pub kubeconfig: Option<PathBuf>,
    /// With --context: the domain under which stores get their hosts
    #[arg(long, requires = "context", default_value = "localhost")]
    pub base_domain: String,
    /// With --context: the ingress controller's Service as namespace/name; the proof of sale dials it
    #[arg(long, requires = "context", default_value = "kube-system/traefik")]
    pub ingress_service: String,
    /// With --context: the ClusterIssuer for https; empty for plain http
    #[arg(long, requires = "context", default_value = "")]
    pub issuer: String,
    /// With --context: where this machine reaches the ingress, host:port (default: the store's public host and port)
    #[arg(long, requires = "context")]
    pub ingress_address: Option<String>,
}

impl TargetArgs {
    pub fn embedded(args: ClusterArgs) -> TargetArgs {
        TargetArgs {
            embedded: args,
            context: None,
            registry: None,
            push_to: None,
            kubeconfig: None,
            base_domain: "localhost".to_owned(),
            ingress_service: "projectcontour/envoy".to_owned(),
            issuer: "selfsigned".to_owned(),
            ingress_address: None,
        }
    }
}

/// How to reach a cluster, whoever made it.
#[derive(Clone, Debug)]
pub struct Access {
    pub kubeconfig: PathBuf,
    pub context: Option<String>,
    pub kubectl: PathBuf,
    pub helm: PathBuf,
    pub base_domain: String,
    pub ingress_service: String,
    pub issuer: String,
    pub public_port: Option<u16>,
    pub http_port: Option<u16>,
    /// Host and port that this machine dials for every store, where its host does not resolve to the ingress.
    pub ingress_address: Option<(String, u16)>,
    /// The certificate authority of the embedded cluster's https.
    pub authority: Option<PathBuf>,
    pub registry: Option<Registry>,
    pub embedded: Option<Cluster>,
}

#[derive(Clone, Debug)]
pub struct Registry {
    /// As the cluster names it in an image reference.
    pub name: String,
    /// As this machine pushes to it.
    pub push_to: String,
}

impl Access {
    pub fn kubectl(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        if let Some(context) = &self.context {
            command.arg("--context").arg(context);
        }
        command
    }

    pub fn helm(&self) -> Command {
        let mut command = Command::new(&self.helm);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        if let Some(context) = &self.context {
            command.arg("--kube-context").arg(context);
        }
        command
    }

    /// kubectl's answer, or its words on standard error as the error.
    pub fn ask(&self, args: &[&str]) -> Result<String> {
        let output = self.kubectl().args(args).output().context("run kubectl")?;
        if !output.status.success() {
            bail!("kubectl {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Where requests to a store come from: the ingress controller's namespace.
    pub fn ingress_namespace(&self) -> &str {
        self.ingress_service.split_once('/').map_or(self.ingress_service.as_str(), |(namespace, _)| namespace)
    }

    pub fn scheme(&self) -> &'static str {
        if self.issuer.is_empty() { "http" } else { "https" }
    }

    pub fn api_url(&self) -> String {
        self.url_of(&format!("api.{}", self.base_domain))
    }

    pub fn dashboard_url(&self) -> String {
        self.url_of(&format!("dashboard.{}", self.base_domain))
    }

    fn url_of(&self, host: &str) -> String {
        let usual = if self.issuer.is_empty() { 80 } else { 443 };
        match self.public_port.filter(|port| *port != usual) {
            Some(port) => format!("{}://{host}:{port}", self.scheme()),
            None => format!("{}://{host}", self.scheme()),
        }
    }
}

pub fn settings(name: &str) -> Result<Settings> {
    Settings::named(name)
}

/// Where builds, archives and logs are kept between runs.
pub fn cache() -> Result<PathBuf> {
    Ok(settings(local_cluster::DEFAULT_NAME)?.cache_dir)
}

/// The embedded cluster alone; its kubeconfig.
pub fn bare(args: &TargetArgs, progress: &Progress) -> Result<PathBuf> {
    deps::ensure(local_cluster::debian_packages(), progress)?;
    Ok(local_cluster::up(&args.embedded.settings()?, progress)?.kubeconfig)
}

/// The embedded cluster, brought up.
pub fn embedded(args: &ClusterArgs, progress: &Progress) -> Result<Access> {
    let settings = args.settings()?;
    let binaries = local_cluster::build(&settings, progress)?;
    let cluster = local_cluster::up(&settings, progress)?;
    Ok(Access {
        kubeconfig: cluster.kubeconfig.clone(),
        context: None,
        kubectl: binaries.kubectl(),
        helm: binaries.helm(),
        base_domain: "localhost".to_owned(),
        ingress_service: "projectcontour/envoy".to_owned(),
        issuer: "selfsigned".to_owned(),
        public_port: Some(cluster.https_port),
        http_port: Some(cluster.http_port),
        ingress_address: Some(("127.0.0.1".to_owned(), cluster.https_port)),
        authority: Some(cluster.ca_certificate.clone()),
        registry: None,
        embedded: Some(cluster),
    })
}

/// A cluster that somebody else runs.
pub fn foreign(args: &TargetArgs, context: &str, registry: &str, progress: &Progress) -> Result<Access> {
    // Helm and kubectl are of the versions that are tested, whatever else is installed.
    let programs = local_cluster::build(&settings(&args.embedded.cluster)?, progress)?;
    let (helm, kubectl) = (programs.helm(), programs.kubectl());
    let kubeconfig = match &args.kubeconfig {
        Some(path) => path.clone(),
        None => default_kubeconfig()?,
    };
    let ingress_address = args.ingress_address.as_deref().map(parse_address).transpose()?;
    let access = Access {
        kubeconfig,
        context: Some(context.to_owned()),
        kubectl,
        helm,
        base_domain: args.base_domain.clone(),
        ingress_service: args.ingress_service.clone(),
        issuer: args.issuer.clone(),
        public_port: ingress_address.as_ref().map(|(_, port)| *port),
        http_port: None,
        ingress_address,
        authority: None,
        registry: Some(Registry {
            name: registry.to_owned(),
            push_to: args.push_to.clone().unwrap_or_else(|| registry.to_owned()),
        }),
        embedded: None,
    };
    access.ask(&["version", "--output=json"]).with_context(|| {
        format!("the cluster of context {context} does not answer: check --context and --kubeconfig")
    })?;
    Ok(access)
}

fn default_kubeconfig() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("KUBECONFIG") {
        return Ok(PathBuf::from(path));
    }
    let home = std::env::var_os("HOME").context("HOME is not set: name the kubeconfig with --kubeconfig")?;
    Ok(Path::new(&home).join(".kube/config"))
}

fn parse_address(text: &str) -> Result<(String, u16)> {
    let (host, port) = text.rsplit_once(':').context("--ingress-address: expected host:port")?;
    Ok((host.to_owned(), port.parse().context("--ingress-address: the port is a number")?))
}
