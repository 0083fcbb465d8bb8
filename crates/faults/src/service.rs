//! The provisioner's real binary as a process: started, asked, killed, stopped, started again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use store_api::{Client, ClientSettings, CreateStore};
use store_model::ImageName;
use url::Url;

use crate::control_plane::{NAMESPACE, SERVICE_ACCOUNT, STORE_MANAGER, free_ports};
use crate::process::{Process, command};
use crate::programs::{Programs, repository};
use crate::{PATIENCE, until};

/// Where the service finds everything; the same for each start of it.
#[derive(Clone, Debug)]
pub struct Settings {
    pub programs: Programs,
    /// Its own directory: token, Helm's caches, SQLite.
    pub directory: PathBuf,
    pub kubeconfig: PathBuf,
    pub base_domain: String,
    pub till: SocketAddr,
    /// `None`: SQLite in the directory.
    pub database_url: Option<String>,
    /// What a test sets besides, or instead.
    pub env: BTreeMap<String, String>,
}

/// Long enough for a beat to be late on a busy machine, short enough to wait for.
pub const LEASE: Duration = Duration::from_secs(10);

impl Settings {
    #[must_use]
    pub fn env(&self, name: &str, value: impl Into<String>) -> Settings {
        let mut settings = self.clone();
        settings.env.insert(name.to_owned(), value.into());
        settings
    }

    /// `FAILPOINTS`, e.g. `look.before=2*off->pause`.
    #[must_use]
    pub fn pause_at(&self, point: &str) -> Settings {
        self.env("FAILPOINTS", format!("{point}=pause"))
    }

    fn environment(&self, listen: SocketAddr) -> BTreeMap<String, String> {
        let path = |name: &str| self.directory.join(name).display().to_string();
        let mut env: BTreeMap<String, String> = [
            ("APP_ENV", "faults".to_owned()),
            ("LOG_LEVEL", "info".to_owned()),
            ("LISTEN_ADDR", listen.to_string()),
            ("DATA_DIR", path("data")),
            ("HELM_BIN", self.programs.helm.display().to_string()),
            ("HELM_CHART_PATH", repository("helm-charts/store-instance").display().to_string()),
            ("HELM_CACHE_HOME", path("helm/cache")),
            ("HELM_CONFIG_HOME", path("helm/config")),
            ("HELM_DATA_HOME", path("helm/data")),
            ("HOME", path("home")),
            ("KUBECONFIG", self.kubeconfig.display().to_string()),
            ("BASE_DOMAIN", self.base_domain.clone()),
            ("PUBLIC_SCHEME", "http".to_owned()),
            ("INGRESS_SERVICE", self.till.to_string()),
            ("TOKEN_FILE", path("token")),
            ("POD_NAME", format!("provisioner-{}", listen.port())),
            ("POD_NAMESPACE", NAMESPACE.to_owned()),
            ("SERVICE_ACCOUNT", SERVICE_ACCOUNT.to_owned()),
            ("STORE_MANAGER_ROLE", STORE_MANAGER.to_owned()),
            ("LEASE_SECONDS", LEASE.as_secs().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let image = |name: ImageName| format!("registry.invalid/store-platform/{}:0.1.0", name.as_str());
        env.extend(ImageName::ALL.map(|name| (name.env().to_owned(), image(name))));
        env.extend(self.database_url.iter().map(|url| ("DATABASE_URL".to_owned(), url.clone())));
        env.extend(self.env.clone());
        env
    }
}

pub struct Service {
    pub process: Process,
    pub client: Client,
    pub address: SocketAddr,
    pub settings: Settings,
}

impl Service {
    /// Returns when it answers requests.
    pub async fn start(settings: &Settings) -> Result<Service> {
        let service = Service::begin(settings)?;
        service.said("that it starts", |line| line["message"] == "the provisioner starts").await?;
        Ok(service)
    }

    /// Returns at once: it may refuse to start.
    pub fn begin(settings: &Settings) -> Result<Service> {
        let [port] = free_ports()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut provisioner = command(&settings.programs.provisioner);
        provisioner.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        provisioner.envs(settings.environment(address));
        let process = Process::start(provisioner)?;
        let token = token(settings);
        let base = Url::parse(&format!("http://{address}"))?;
        let client = Client::new(ClientSettings { base, token: Some(token), ca_pem: None })?;
        Ok(Service { process, client, address, settings: settings.clone() })
    }

    /// A client that is refused by nobody but the service: the typed one tries again by itself.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn token(&self) -> SecretString {
        token(&self.settings)
    }

    pub async fn said(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let said = self.process.log.line(what, PATIENCE, wanted).await;
        said.with_context(|| format!("the provisioner on {}", self.address))
    }

    /// Waits until a fault point was passed `nth` times since the start.
    pub async fn passed(&self, point: &str, nth: usize) -> Result<()> {
        let is_point = |line: &Value| line["message"] == "fault point" && line["point"] == point;
        self.process.log.nth(&format!("fault point {point}, {nth}"), PATIENCE, nth, is_point).await?;
        Ok(())
    }

    /// As an orchestrator does it; returns when it is gone.
    pub async fn terminate(&self) -> Result<std::process::ExitStatus> {
        self.process.signal(Signal::SIGTERM)?;
        self.process.end(Duration::from_secs(40)).await
    }

    /// A figure of `/metrics`, summed over its labels; 0 while it was never counted.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let text = plain()?.get(self.url("/metrics")).send().await?.error_for_status()?.text().await?;
        let of_name =
            |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '));
        let values = text.lines().filter(of_name).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum())
    }

    pub async fn status(&self, path: &str) -> Result<u16> {
        Ok(plain()?.get(self.url(path)).send().await?.status().as_u16())
    }

    /// One request to create a store, as a client that tries nothing twice sends it.
    pub async fn post(&self, store: &CreateStore, key: Option<&str>) -> Result<Answer> {
        let mut request =
            plain()?.post(self.url("/api/v1/stores")).bearer_auth(self.token().expose_secret()).json(store);
        if let Some(key) = key {
            request = request.header(store_api::IDEMPOTENCY_KEY, key);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { status, headers, body: answer.json().await.unwrap_or_default() })
    }

    pub async fn is_ready_to_serve(&self) -> Result<()> {
        until("readiness", PATIENCE, async || Ok((self.status("/health/ready").await? == 200).then_some(()))).await
    }
}

/// Without TLS, without a proxy, and without a second try.
fn plain() -> Result<reqwest::Client> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    Ok(client.timeout(Duration::from_secs(30)).build()?)
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// The service reads it from its file, or writes its own there; the file is there before the first start.
fn token(settings: &Settings) -> SecretString {
    let text = std::fs::read_to_string(settings.directory.join("token")).unwrap_or_default();
    text.trim().to_owned().into()
}
