//! The defaults: the same as the chart's own `values.yaml`, key by key (a test compares them). They are those of a
//! small store, made by hand.

use super::{
    AppValues, CacheValues, DatabaseType, DatabaseValues, GlobalValues, Image, IngressValues, Labels,
    NetworkPolicyValues, Persistence, PlanSizes, QuotaValues, ResourceList, Resources, S3Values, SmtpTls, SmtpValues,
    StoreIdentity, StorefrontValues, WorkerValues,
};
use crate::{Engine, Plan};

fn small() -> PlanSizes {
    PlanSizes::of(Engine::Woocommerce, Plan::Small)
}

fn image(repository: &str) -> Image {
    Image { repository: repository.to_owned(), ..Image::default() }
}

impl Default for GlobalValues {
    fn default() -> Self {
        GlobalValues {
            environment: "local".to_owned(),
            base_domain: "localhost".to_owned(),
            storage_class: String::new(),
            image_registry: String::new(),
            image_pull_secrets: Vec::new(),
        }
    }
}

impl Default for StoreIdentity {
    fn default() -> Self {
        StoreIdentity {
            id: String::new(),
            name: String::new(),
            namespace: String::new(),
            engine: Engine::Woocommerce,
            created_by: String::new(),
            created_at: String::new(),
            plan: Plan::Small,
            public_url: String::new(),
            title: String::new(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            sample_products: true,
        }
    }
}

impl Default for DatabaseValues {
    fn default() -> Self {
        DatabaseValues {
            kind: DatabaseType::Mysql,
            version: String::new(),
            image: Image::default(),
            existing_secret: String::new(),
            root_password: String::new(),
            password: String::new(),
            persistence: Persistence::default(),
            resources: small().database,
            buffer_pool_mib: small().buffer_pool_mib,
        }
    }
}

impl Default for AppValues {
    fn default() -> Self {
        AppValues {
            image: Image::default(),
            existing_secret: String::new(),
            admin_user: "admin".to_owned(),
            admin_email: String::new(),
            admin_password: String::new(),
            persistence: Persistence::default(),
            resources: small().app,
            heap_mib: 256,
            smtp: SmtpValues::default(),
            s3: S3Values::default(),
        }
    }
}

impl Default for CacheValues {
    fn default() -> Self {
        CacheValues {
            image: image("store-platform/valkey"),
            resources: Resources::of(("10m", "64Mi"), ("500m", "64Mi")),
            max_memory_mib: 32,
        }
    }
}

impl Default for WorkerValues {
    fn default() -> Self {
        WorkerValues { enabled: false, resources: Resources::of(("100m", "256Mi"), ("2", "512Mi")), heap_mib: 256 }
    }
}

impl Default for StorefrontValues {
    fn default() -> Self {
        StorefrontValues {
            image: image("store-platform/storefront"),
            resources: Resources::of(("10m", "32Mi"), ("500m", "64Mi")),
            log_level: "info".to_owned(),
        }
    }
}

impl Default for Persistence {
    fn default() -> Self {
        Persistence { size: small().database_storage.to_owned() }
    }
}

impl Default for ResourceList {
    fn default() -> Self {
        ResourceList { cpu: "100m".to_owned(), memory: "256Mi".to_owned() }
    }
}

impl Default for SmtpValues {
    fn default() -> Self {
        SmtpValues {
            host: String::new(),
            port: 587,
            user: String::new(),
            from: String::new(),
            tls: SmtpTls::default(),
            existing_secret: String::new(),
        }
    }
}

impl Default for IngressValues {
    fn default() -> Self {
        IngressValues {
            enabled: true,
            host: String::new(),
            admin_host: String::new(),
            class_name: String::new(),
            issuer: String::new(),
            annotations: Labels::new(),
        }
    }
}

impl Default for NetworkPolicyValues {
    fn default() -> Self {
        let namespace = |name: &str| Labels::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())]);
        NetworkPolicyValues {
            enabled: true,
            ingress_namespace_labels: namespace("projectcontour"),
            dns_namespace_labels: namespace("kube-system"),
            denied_cidrs: [
                "10.0.0.0/8",
                "100.64.0.0/10",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.168.0.0/16",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}

impl Default for QuotaValues {
    fn default() -> Self {
        small().quota
    }
}
