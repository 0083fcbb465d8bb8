//! The values of the chart `store-instance`: the one agreement between the provisioner and the chart.
//! `helm-charts/store-instance/values.schema.json` is made from these types, and their defaults are its `values.yaml`;
//! tests hold both. Secrets are never in here: the chart names Secrets that are there before it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, Plan, Store};

mod defaults;
mod image;
mod plans;
mod schema;

pub use image::{Image, ImageError, PullPolicy};
pub use plans::PlanSizes;
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
    /// ISO 3166-1 alpha-2, with WooCommerce's `:STATE` where wanted.
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
    /// The image's tag where `image.tag` is empty.
    #[schemars(regex(pattern = image::TAG))]
    pub version: String,
    pub image: Image,
    /// Secret with `root-password` and `password`. Empty: made from the two values below, for tests by hand only.
    #[schemars(regex(pattern = NAME_OR_EMPTY))]
    pub existing_secret: String,
    pub root_password: String,
    pub password: String,
    pub persistence: Persistence,
    pub resources: Resources,
    /// InnoDB's cache, in MiB: about a quarter of the memory limit leaves room for the rest of mysqld.
    #[schemars(range(min = 16, max = 65536))]
    pub buffer_pool_mib: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AppValues {
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
    pub smtp: SmtpValues,
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

/// What the platform gives to each of its stores, as its own settings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformFacts {
    pub global: GlobalValues,
    pub database_image: Image,
    pub app_image: Image,
    pub ingress_enabled: bool,
    pub ingress_class: String,
    pub ingress_issuer: String,
    pub gateway: Option<ParentRef>,
    pub ingress_namespace_labels: Labels,
}

/// The Secrets that the provisioner makes before Helm runs.
pub const DATABASE_SECRET: &str = "database-credentials";
pub const APP_SECRET: &str = "app-credentials";

impl StoreValues {
    /// The values for a store of ours. `created_at` is RFC 3339; `public_url` is what the store calls itself.
    pub fn for_store(store: &Store, public_url: &str, created_at: &str, platform: &PlatformFacts) -> StoreValues {
        let sizes = PlanSizes::of(store.plan);
        StoreValues {
            global: platform.global.clone(),
            store: StoreIdentity {
                id: store.id.to_string(),
                name: store.name.to_string(),
                namespace: store.id.namespace(),
                engine: store.engine,
                created_by: store.created_by.clone(),
                created_at: created_at.to_owned(),
                plan: store.plan,
                public_url: public_url.to_owned(),
                title: store.settings.title.clone(),
                currency: store.settings.currency.clone(),
                country: store.settings.country.clone(),
                sample_products: store.settings.sample_products,
            },
            database: DatabaseValues {
                kind: match store.engine {
                    Engine::Woocommerce => DatabaseType::Mysql,
                    Engine::Medusa => DatabaseType::Postgres,
                },
                image: platform.database_image.clone(),
                existing_secret: DATABASE_SECRET.to_owned(),
                persistence: Persistence { size: sizes.database_storage.to_owned() },
                resources: sizes.database.clone(),
                buffer_pool_mib: sizes.buffer_pool_mib,
                ..DatabaseValues::default()
            },
            app: AppValues {
                image: platform.app_image.clone(),
                existing_secret: APP_SECRET.to_owned(),
                persistence: Persistence { size: sizes.uploads_storage.to_owned() },
                resources: sizes.app.clone(),
                ..AppValues::default()
            },
            ingress: IngressValues {
                enabled: platform.ingress_enabled,
                host: store.host.to_string(),
                class_name: platform.ingress_class.clone(),
                issuer: platform.ingress_issuer.clone(),
                annotations: Labels::new(),
            },
            http_route: HttpRouteValues {
                enabled: platform.gateway.is_some(),
                parent_refs: platform.gateway.iter().cloned().collect(),
            },
            network_policy: NetworkPolicyValues {
                ingress_namespace_labels: platform.ingress_namespace_labels.clone(),
                ..NetworkPolicyValues::default()
            },
            quota: sizes.quota,
        }
    }
}

const HOST: &str = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$";
const HOST_OR_EMPTY: &str = r"^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)?$";
const NAME_OR_EMPTY: &str = "^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$";
const QUANTITY: &str = "^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi|Ti|k|M|G|T)?$";
