//! Everything the process is told from outside, read once at the start. The only file that reads the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use store_model::values::Image;
use store_model::{Engine, HostName, ImageName};
use url::Url;

use crate::db::DbSettings;
use crate::lease::{LEASE, LeaseTimes};

mod vars;

use vars::Vars;

/// The names this program understands, but those that the engines add.
const NAMES: [&str; 40] = [
    "APP_ENV",
    "LOG_LEVEL",
    "LISTEN_ADDR",
    "DATABASE_URL",
    "DB_HOST",
    "DB_PORT",
    "DB_NAME",
    "DB_USER",
    "DB_PASSWORD",
    "DATA_DIR",
    "HELM_BIN",
    "HELM_CHART_PATH",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_DATA_HOME",
    "BASE_DOMAIN",
    "PUBLIC_SCHEME",
    "PUBLIC_PORT",
    "INGRESS_ENABLED",
    "INGRESS_CLASS",
    "INGRESS_ISSUER",
    "INGRESS_SERVICE",
    "HTTP_ROUTE_GATEWAY",
    "INGRESS_NAMESPACE_LABELS",
    "STORAGE_CLASS",
    "IMAGE_REGISTRY",
    "IMAGE_PULL_SECRETS",
    "STORE_MANAGER_ROLE",
    "SERVICE_ACCOUNT",
    "TOKEN_SECRET",
    "TOKEN_FILE",
    "POD_NAME",
    "POD_NAMESPACE",
    "WORKERS",
    "READY_DEADLINE_SECONDS",
    "LEASE_SECONDS",
    "WATCH_TIMEOUT_SECONDS",
    "SHUTDOWN_GRACE_SECONDS",
    "ORPHAN_SWEEP_SECONDS",
    "ORPHAN_GRACE_SECONDS",
];

/// Oftener than this, sweeping would be all that a replica does.
const SWEEP_MIN: Duration = Duration::from_secs(1);

/// Set by Kubernetes or by the developer, and handed on to Helm, which finds the API server by them.
const HELM_PASSES: [&str; 4] = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME"];

/// All of them; the provisioner chart sets these and no others (`tests/agreements.rs`).
pub fn names() -> Vec<&'static str> {
    let images = ImageName::ALL.into_iter().map(ImageName::env);
    let unavailable = Engine::ALL.into_iter().map(|engine| engine.spec().unavailable_env);
    NAMES.into_iter().chain(images).chain(unavailable).collect()
}

#[derive(Clone, Debug)]
pub struct Config {
    /// Free text that says which installation this is: `local`, `production`.
    pub app_env: String,
    pub log_level: String,
    pub listen: SocketAddr,
    pub database: DbSettings,
    pub base_domain: HostName,
    pub public: Public,
    pub route: Route,
    pub storage_class: String,
    pub images: Images,
    pub helm: HelmConfig,
    pub token: TokenPlace,
    pub identity: Identity,
    /// How many stores are worked on at once.
    pub workers: usize,
    pub ready_deadline: Duration,
    /// How long a store is one replica's without a heartbeat, and what follows from it.
    pub lease: LeaseTimes,
    /// After this long the API server ends a watch, which then goes on: a connection that died unheard is noticed soon after.
    pub watch_limit: Duration,
    /// How long an act may go on after SIGTERM before it is cut: most end in this time, the others go on elsewhere.
    pub shutdown_grace: Duration,
    pub orphans: Orphans,
}

/// What is in the cluster without a living store, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphans {
    /// Between two sweeps.
    pub sweep: Duration,
    /// Until what may be taken away is.
    pub grace: Duration,
}

/// How a store's address looks from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    pub scheme: Scheme,
    /// `None`: the scheme's own.
    pub port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

/// How a request finds a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub ingress: bool,
    /// Empty: the cluster's default class.
    pub ingress_class: String,
    /// Empty: no certificate of the store's own.
    pub issuer: String,
    /// Where the proving order dials.
    pub dial: Option<DialTo>,
    /// Namespace and name of the shared Gateway.
    pub gateway: Option<(String, String)>,
    /// Labels of the namespace that requests come from, for the NetworkPolicy.
    pub namespace_labels: BTreeMap<String, String>,
}

/// The ingress controller's door as seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialTo {
    Service { namespace: String, name: String },
    Address { host: String, port: u16 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pub registry: String,
    pub pull_secrets: Vec<String>,
    /// What stores run; an engine whose images are not all here can't be had.
    pub stores: BTreeMap<ImageName, Image>,
    /// Why an engine can't be had, and the cure, in the operator's words.
    pub unavailable: BTreeMap<Engine, String>,
}

#[derive(Clone, Debug)]
pub struct HelmConfig {
    pub binary: PathBuf,
    pub chart: PathBuf,
    /// The whole environment of a Helm process.
    pub env: BTreeMap<String, String>,
    pub concurrency: usize,
}

/// Where the API token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    Secret {
        namespace: String,
        name: String,
    },
    /// For running outside a cluster.
    File(PathBuf),
}

/// Who this process is in the cluster, and the role it gives itself inside a store's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub pod: String,
    /// The pod's name was said, so nobody else has it.
    pub pod_is_named: bool,
    pub namespace: String,
    pub service_account: String,
    pub store_manager_role: String,
}

/// Every wrong variable at once: a person cures them in one go.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("configuration: {}", .0.join("; "))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_map(std::env::vars().collect())
    }

    /// Pure, for tests. An empty value counts as not set: a chart cannot leave a variable out conditionally without noise.
    pub fn from_env_map(map: BTreeMap<String, String>) -> Result<Config, ConfigError> {
        let mut vars = Vars::new(map);
        let database = database(&mut vars);
        let scheme = match vars.text("PUBLIC_SCHEME", "http").as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            other => vars.wrong("PUBLIC_SCHEME", other, "use http or https", Scheme::Http),
        };
        let base_domain = vars.parsed(
            "BASE_DOMAIN",
            None,
            "set the domain below which stores live, e.g. stores.example.com",
            HostName::parse,
        );
        let config = Config {
            app_env: vars.text("APP_ENV", "local"),
            log_level: vars.text("LOG_LEVEL", "info"),
            listen: vars
                .read("LISTEN_ADDR", "0.0.0.0:8080", "use address:port, e.g. 0.0.0.0:8080")
                .unwrap_or(SocketAddr::from(([0, 0, 0, 0], 8080))),
            database,
            public: Public {
                scheme,
                port: vars.optional("PUBLIC_PORT", "use a port, or leave it empty for the scheme's own"),
            },
            route: route(&mut vars),
            storage_class: vars.text("STORAGE_CLASS", ""),
            images: images(&mut vars),
            helm: helm(&mut vars),
            token: token(&mut vars),
            identity: Identity {
                pod: vars.text("POD_NAME", "provisioner"),
                pod_is_named: vars.get("POD_NAME").is_some(),
                namespace: vars.text("POD_NAMESPACE", "store-platform"),
                service_account: vars.text("SERVICE_ACCOUNT", "store-platform-provisioner"),
                store_manager_role: vars.text("STORE_MANAGER_ROLE", "store-platform-store-manager"),
            },
            workers: vars.positive("WORKERS", 4),
            // Ten minutes: a cold pull of all images on a slow line, and still an end to the owner's waiting.
            ready_deadline: vars.seconds("READY_DEADLINE_SECONDS", 600),
            lease: lease(&mut vars),
            watch_limit: watch_limit(&mut vars),
            shutdown_grace: vars.seconds("SHUTDOWN_GRACE_SECONDS", 1),
            orphans: Orphans {
                // Nothing hangs on finding litter sooner; a store that is lost is noticed within two of these.
                sweep: vars.seconds("ORPHAN_SWEEP_SECONDS", 300).max(SWEEP_MIN),
                // A day: whoever put back yesterday's database notices before anything goes.
                grace: vars.seconds("ORPHAN_GRACE_SECONDS", 86_400),
            },
            base_domain: match base_domain {
                Some(domain) => domain,
                None => return Err(ConfigError(vars.errors)),
            },
        };
        if vars.errors.is_empty() { Ok(config) } else { Err(ConfigError(vars.errors)) }
    }

    /// `None` if stores of this engine can be made, else why not and what to do.
    pub fn engine_unavailable(&self, engine: Engine) -> Option<String> {
        let why = match self.images.unavailable.get(&engine) {
            Some(why) => why.clone(),
            None => {
                let lacks = |image: &&ImageName| !self.images.stores.contains_key(image);
                let missing: Vec<&str> = engine.spec().images.iter().filter(lacks).map(|image| image.env()).collect();
                if missing.is_empty() {
                    return None;
                }
                format!("its images are not configured; set {}", missing.join(", "))
            }
        };
        Some(format!("engine {} is not available: {why}", engine.as_str()))
    }

    /// The address a customer types; never ends with a slash.
    pub fn store_url(&self, host: &HostName) -> String {
        let scheme = self.public.scheme.as_str();
        match self.public.port {
            Some(port) if port != self.public.scheme.port() => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }
    }
}

impl Scheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    pub fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl DialTo {
    fn parse(text: &str) -> Result<DialTo, &'static str> {
        if let Some((namespace, name)) = text.split_once('/') {
            return Ok(DialTo::Service { namespace: namespace.to_owned(), name: name.to_owned() });
        }
        let (host, port) = text.rsplit_once(':').ok_or("is neither namespace/name nor host:port")?;
        let port = port.parse().map_err(|_| "has no port")?;
        Ok(DialTo::Address { host: host.to_owned(), port })
    }
}

fn database(vars: &mut Vars) -> DbSettings {
    if let Some(url) = vars.get("DATABASE_URL") {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return DbSettings::Postgres { url: url.into() };
        }
        // The value is not repeated: it may hold a password.
        vars.errors.push("DATABASE_URL does not start with postgres://; unset it for SQLite in DATA_DIR".to_owned());
    }
    if let Some(host) = vars.get("DB_HOST") {
        let port: u16 = vars.read("DB_PORT", "5432", "use a port").unwrap_or(5432);
        let (name, user) = (vars.text("DB_NAME", "provisioner"), vars.text("DB_USER", "provisioner"));
        let password = vars.text("DB_PASSWORD", "");
        return match postgres_url(&host, port, &name, &user, &password) {
            Some(url) => DbSettings::Postgres { url: url.into() },
            None => vars.wrong(
                "DB_HOST",
                &host,
                "use a host name or an address",
                DbSettings::Sqlite { directory: PathBuf::new() },
            ),
        };
    }
    DbSettings::Sqlite { directory: vars.text("DATA_DIR", "/var/lib/store-platform").into() }
}

/// Through the URL type, which escapes what passwords are made of.
fn postgres_url(host: &str, port: u16, name: &str, user: &str, password: &str) -> Option<String> {
    let mut url = Url::parse("postgres://host").ok()?;
    url.set_host(Some(host)).ok()?;
    url.set_port(Some(port)).ok()?;
    url.set_username(user).ok()?;
    url.set_password(Some(password)).ok()?;
    url.set_path(name);
    Some(url.into())
}

fn route(vars: &mut Vars) -> Route {
    let gateway = vars.get("HTTP_ROUTE_GATEWAY").and_then(|text| match text.split_once('/') {
        Some((namespace, name)) => Some((namespace.to_owned(), name.to_owned())),
        None => vars.wrong("HTTP_ROUTE_GATEWAY", &text, "use namespace/name of a Gateway, or leave it empty", None),
    });
    let dial = vars.get("INGRESS_SERVICE").and_then(|text| {
        let cure = "use namespace/name of the ingress controller's Service, or host:port";
        DialTo::parse(&text)
            .map_or_else(|why| vars.wrong("INGRESS_SERVICE", &format!("{text} ({why})"), cure, None), Some)
    });
    let labels = vars.text("INGRESS_NAMESPACE_LABELS", "{}");
    let namespace_labels = serde_json::from_str(&labels).unwrap_or_else(|_| {
        let cure = r#"use JSON, e.g. {"kubernetes.io/metadata.name":"projectcontour"}"#;
        vars.wrong("INGRESS_NAMESPACE_LABELS", &labels, cure, BTreeMap::new())
    });
    Route {
        ingress: vars.read("INGRESS_ENABLED", "true", "use true or false").unwrap_or(true),
        ingress_class: vars.text("INGRESS_CLASS", ""),
        issuer: vars.text("INGRESS_ISSUER", ""),
        dial,
        gateway,
        namespace_labels,
    }
}

fn images(vars: &mut Vars) -> Images {
    let image = |vars: &mut Vars, name: &'static str| {
        vars.get(name).and_then(|text| {
            let cure = "use repository:tag or repository@sha256:…";
            Image::parse(&text).map_or_else(|why| vars.wrong(name, &format!("{text} {why}"), cure, None), Some)
        })
    };
    Images {
        registry: vars.text("IMAGE_REGISTRY", ""),
        pull_secrets: vars
            .text("IMAGE_PULL_SECRETS", "")
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        stores: ImageName::ALL.into_iter().filter_map(|name| Some((name, image(vars, name.env())?))).collect(),
        unavailable: Engine::ALL
            .into_iter()
            .filter_map(|engine| Some((engine, vars.get(engine.spec().unavailable_env)?)))
            .collect(),
    }
}

fn helm(vars: &mut Vars) -> HelmConfig {
    let mut env = BTreeMap::from([
        ("HELM_CACHE_HOME".to_owned(), vars.text("HELM_CACHE_HOME", "/tmp/helm/cache")),
        ("HELM_CONFIG_HOME".to_owned(), vars.text("HELM_CONFIG_HOME", "/tmp/helm/config")),
        ("HELM_DATA_HOME".to_owned(), vars.text("HELM_DATA_HOME", "/tmp/helm/data")),
        ("HELM_NO_PLUGINS".to_owned(), "1".to_owned()),
        ("HELM_DRIVER".to_owned(), "secret".to_owned()),
        // Helm's own client would throttle itself below what four at once need.
        ("HELM_BURST_LIMIT".to_owned(), "200".to_owned()),
        ("HELM_QPS".to_owned(), "100".to_owned()),
    ]);
    for name in HELM_PASSES {
        if let Some(value) = vars.get(name) {
            env.insert(name.to_owned(), value);
        }
    }
    HelmConfig {
        binary: vars.text("HELM_BIN", "/usr/local/bin/helm").into(),
        chart: vars.text("HELM_CHART_PATH", "/opt/charts/store-instance").into(),
        env,
        // Measured: throughput on two cores peaks at two to four at once.
        concurrency: 4,
    }
}

/// Below three seconds a busy machine loses claims that it works on.
fn lease(vars: &mut Vars) -> LeaseTimes {
    let length = vars.seconds("LEASE_SECONDS", LEASE.as_secs());
    if (3..=600).contains(&length.as_secs()) {
        return LeaseTimes::of(length);
    }
    let cure = "use a number of seconds from 3 to 600";
    vars.wrong("LEASE_SECONDS", &length.as_secs().to_string(), cure, LeaseTimes::default())
}

/// Four minutes: below the five after which balancers and firewalls forget a silent connection, and below the 295 s that
/// the client library lets anybody ask for.
fn watch_limit(vars: &mut Vars) -> Duration {
    let limit = vars.seconds("WATCH_TIMEOUT_SECONDS", 240);
    if (5..=290).contains(&limit.as_secs()) {
        return limit;
    }
    vars.wrong("WATCH_TIMEOUT_SECONDS", &limit.as_secs().to_string(), "use a number of seconds from 5 to 290", limit)
}

fn token(vars: &mut Vars) -> TokenPlace {
    match vars.get("TOKEN_FILE") {
        Some(file) => TokenPlace::File(file.into()),
        None => TokenPlace::Secret {
            namespace: vars.text("POD_NAMESPACE", "store-platform"),
            name: vars.text("TOKEN_SECRET", "store-platform-provisioner-token"),
        },
    }
}

#[cfg(test)]
mod tests;
