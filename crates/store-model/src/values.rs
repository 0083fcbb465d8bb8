//! The values of the chart `store-instance`: the one agreement between the provisioner and the chart.
//! `helm-charts/store-instance/values.schema.json` is made from these types, and their defaults are its `values.yaml`;
//! tests hold both. Secrets are never in here: the chart names Secrets that are there before it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, Plan};

mod defaults;
mod image;
mod plans;
mod platform;
mod schema;

pub use image::{Image, ImageError, PullPolicy};
pub use plans::{Beside, PlanSizes, WorkerSizes};
pub use platform::{APP_SECRET, DATABASE_SECRET, MissingImage, PlatformFacts};
pub use schema::values_schema;

type Labels = BTreeMap<String, String>;

/// Everything that the chart `store-instance` reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StoreValues {
    pub global: GlobalValues,
    pub store: StoreIdentity,
    pub database: DatabaseValues,
    pub app: AppValues,
    pub cache: CacheValues,
    pub worker: WorkerValues,
    pub storefront: StorefrontValues,
    pub ingress: IngressValues,
    pub http_route: HttpRouteValues,
    pub network_policy: NetworkPolicyValues,
    pub quota: QuotaValues,
}

/// What holds for the platform and all of its stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct GlobalValues {
    /// Shown to WordPress as its environment: `production`, or anything else for not production.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{0,30}$"))]
    pub environment: String,
    /// Hosts are `<store name>.<base domain>`.
    #[schemars(regex(pattern = HOST))]
    pub base_domain: String,
    /// Empty: the cluster's default class.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub storage_class: String,
    /// Put before every image that is named without a registry.
    #[schemars(regex(pattern = r"^([a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9._/-]+)?)?$"))]
    pub image_registry: String,
    /// Names of pull Secrets in the store's namespace.
    pub image_pull_secrets: Vec<String>,
}

/// What makes this store this store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StoreIdentity {
    /// Starts with a letter, so that no YAML reader takes it for a number.
    #[schemars(regex(pattern = "^([a-z][a-z0-9-]{0,40}[a-z0-9])?$"))]
    pub id: String,
    #[schemars(regex(pattern = "^([a-z][a-z0-9-]{0,28}[a-z0-9])?$"))]
    pub name: String,
    /// Empty, or the namespace of the release; anything else is refused.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub namespace: String,
    pub engine: Engine,
    #[schemars(length(max = 254))]
    pub created_by: String,
    /// RFC 3339; handed in, because a chart that asks for the time changes at every upgrade.
    #[schemars(length(max = 40))]
    pub created_at: String,
    pub plan: Plan,
    /// Scheme, host and, where it is not the scheme's own, port. Empty: made from `ingress`.
    #[schemars(regex(pattern = r"^(https?://[a-z0-9.-]+(:[0-9]{1,5})?)?$"))]
    pub public_url: String,
    #[schemars(length(max = 200))]
    pub title: String,
    /// ISO 4217.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
    /// ISO 3166-1 alpha-2, with WooCommerce's `:STATE` where wanted; other engines read the country alone.
    #[schemars(regex(pattern = "^[A-Z]{2}(:[A-Z0-9-]{1,6})?$"))]
    pub country: String,
    pub sample_products: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseType {
    #[default]
    Mysql,
    Postgres,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DatabaseValues {
    #[serde(rename = "type")]
    pub kind: DatabaseType,
    /// The image's tag where `image.tag` is empty. Empty: by `type`.
    #[schemars(regex(pattern = image::TAG_OR_EMPTY))]
    pub version: String,
    /// An empty repository: the official image, by `type`.
    pub image: Image,
    /// Secret with `password`, and with `root-password` (mysql) or `url` (postgres). Empty: made from the values below,
    /// for tests by hand only.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub existing_secret: String,
    pub root_password: String,
    pub password: String,
    pub persistence: Persistence,
    pub resources: Resources,
    /// The server's own cache (InnoDB's buffer pool, PostgreSQL's shared buffers) in MiB: about a quarter of the memory
    /// limit leaves room for the rest.
    #[schemars(range(min = 16, max = 65536))]
    pub buffer_pool_mib: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AppValues {
    /// An empty repository: this project's image, by engine.
    pub image: Image,
    /// Secret with the admin's log-in, the API keys and the salts. Empty: made from the values below, for tests by
    /// hand only.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub existing_secret: String,
    #[schemars(length(max = 60))]
    pub admin_user: String,
    /// Empty: `admin@<host>`.
    #[schemars(length(max = 254))]
    pub admin_email: String,
    pub admin_password: String,
    pub persistence: Persistence,
    pub resources: Resources,
    /// The server's heap in MiB; Node needs some 100 more beside it, and does not start below 192. Medusa only.
    #[schemars(range(min = 192, max = 65536))]
    pub heap_mib: u32,
    pub smtp: SmtpValues,
    pub s3: S3Values,
}

/// Sessions, queues and locks that the application's processes share. Medusa only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CacheValues {
    pub image: Image,
    pub resources: Resources,
    /// What it may hold, in MiB; the rest of its memory is the server's own.
    #[schemars(range(min = 8, max = 65536))]
    pub max_memory_mib: u32,
}

/// A process of its own for what is done in the background. Medusa only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct WorkerValues {
    /// Off: the application's own process does it too.
    pub enabled: bool,
    pub resources: Resources,
    #[schemars(range(min = 192, max = 65536))]
    pub heap_mib: u32,
}

/// The shop's pages, where they are a program of their own. Medusa only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StorefrontValues {
    pub image: Image,
    pub resources: Resources,
    /// A tracing filter.
    #[schemars(regex(pattern = "^[A-Za-z0-9_:=,-]+$"))]
    pub log_level: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Persistence {
    #[schemars(regex(pattern = QUANTITY))]
    pub size: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Resources {
    pub requests: ResourceList,
    pub limits: ResourceList,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ResourceList {
    #[schemars(regex(pattern = QUANTITY))]
    pub cpu: String,
    #[schemars(regex(pattern = QUANTITY))]
    pub memory: String,
}

/// The relay for the store's mail; the container has no mail server of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SmtpValues {
    /// Empty: mails are not sent.
    #[schemars(length(max = 253))]
    pub host: String,
    pub port: u16,
    pub user: String,
    pub from: String,
    pub tls: SmtpTls,
    /// Secret with `password`; empty: no authentication.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub existing_secret: String,
}

/// A bucket for uploads instead of the store's volume. Medusa only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct S3Values {
    /// Empty: uploads stay on the volume.
    #[schemars(length(max = 63))]
    pub bucket: String,
    #[schemars(length(max = 60))]
    pub region: String,
    /// Empty: Amazon's, by region.
    #[schemars(regex(pattern = r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?)?$"))]
    pub endpoint: String,
    /// What browsers fetch uploads from.
    #[schemars(regex(pattern = r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?)?$"))]
    pub file_url: String,
    /// Secret with `access-key-id` and `secret-access-key`.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub existing_secret: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    None,
    #[default]
    Starttls,
    Tls,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct IngressValues {
    pub enabled: bool,
    /// Empty: `<store name>.<base domain>`.
    #[schemars(regex(pattern = HOST_OR_EMPTY))]
    pub host: String,
    /// A second host for the admin and what it calls; the shop's own host keeps them too. Empty: none. Medusa only.
    #[schemars(regex(pattern = HOST_OR_EMPTY))]
    pub admin_host: String,
    /// Empty: the cluster's default class.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub class_name: String,
    /// A cert-manager ClusterIssuer. Empty: plain http.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub issuer: String,
    pub annotations: Labels,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct HttpRouteValues {
    pub enabled: bool,
    /// The Gateways that the route joins.
    pub parent_refs: Vec<ParentRef>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParentRef {
    #[schemars(regex(pattern = "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"))]
    pub name: String,
    #[serde(default)]
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub namespace: String,
    /// Empty: every listener of the Gateway that lets the host in.
    #[serde(default)]
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub section_name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NetworkPolicyValues {
    pub enabled: bool,
    /// The namespace that customers' requests come from.
    pub ingress_namespace_labels: Labels,
    /// The namespace of the cluster's DNS.
    pub dns_namespace_labels: Labels,
    /// Never reached by a store, although they are "the internet" to an IP block: private, shared, link-local.
    pub denied_cidrs: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct QuotaValues {
    pub enabled: bool,
    #[schemars(regex(pattern = QUANTITY))]
    pub requests_cpu: String,
    #[schemars(regex(pattern = QUANTITY))]
    pub requests_memory: String,
    #[schemars(regex(pattern = QUANTITY))]
    pub limits_cpu: String,
    #[schemars(regex(pattern = QUANTITY))]
    pub limits_memory: String,
    #[schemars(regex(pattern = QUANTITY))]
    pub storage: String,
    pub pods: u32,
}

const HOST: &str = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$";
const HOST_OR_EMPTY: &str = r"^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)?$";
const NAME_OR_EMPTY: &str = "^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$";
const QUANTITY: &str = "^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi|Ti|k|M|G|T)?$";
