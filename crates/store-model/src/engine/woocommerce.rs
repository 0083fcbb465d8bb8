use super::spec::{
    Chore, Entry, ImageName, LOGIN_KEY, Make, PASSWORD, Runs, SecretName, Shown, Spec, Workload, WorkloadKind, entry,
};
use crate::values::{DatabaseType, PlanSizes, QuotaValues, Resources};
use crate::{Plan, Stage};

pub const SPEC: Spec = Spec {
    title: "WooCommerce",
    unavailable_env: "ENGINE_WOOCOMMERCE_UNAVAILABLE",
    database: DatabaseType::Mysql,
    images: &[ImageName::Mysql, ImageName::Woocommerce],
    database_image: ImageName::Mysql,
    app_image: ImageName::Woocommerce,
    cache_image: None,
    storefront_image: None,
    admin_path: "/wp-admin/",
    login_path: Some("/wp-login.php?action=store-platform-login&token="),
    database_secret: &[entry("root-password", PASSWORD), entry("password", PASSWORD)],
    app_secret: &[
        entry("admin-user", Make::Fixed("admin")),
        entry("admin-email", Make::AdminEmail),
        entry("admin-password", PASSWORD),
        entry("consumer-key", consumer("ck_")),
        entry("consumer-secret", consumer("cs_")),
        salt("auth-key"),
        salt("secure-auth-key"),
        salt("logged-in-key"),
        salt("nonce-key"),
        salt("auth-salt"),
        salt("secure-auth-salt"),
        salt("logged-in-salt"),
        salt("nonce-salt"),
        entry(LOGIN_KEY, Make::Random(64)),
    ],
    admin_user_key: "admin-user",
    shown: &[app("consumer-key", "Consumer key"), app("consumer-secret", "Consumer secret")],
    workloads: &[
        Workload {
            kind: WorkloadKind::StatefulSet,
            name: "mysql",
            title: "Database",
            stage: Stage::Database,
            plans: &Plan::ALL,
        },
        Workload {
            kind: WorkloadKind::Deployment,
            name: "wordpress",
            title: "Shop",
            stage: Stage::Application,
            plans: &Plan::ALL,
        },
    ],
    chores: &[
        Chore { name: "setup", title: "Set-up", runs: Runs::Before { workload: "wordpress", container: "setup" } },
        Chore { name: "cron", title: "Background work", runs: Runs::ByClock { cron_job: "wordpress-cron" } },
    ],
    unknown_currencies: &[],
    sizes,
};

/// As WooCommerce's own keys: a prefix and 20 bytes.
const fn consumer(prefix: &'static str) -> Make {
    Make::Hex { prefix, bytes: 20 }
}

/// As long as WordPress' own generator makes its salts.
const fn salt(key: &'static str) -> Entry {
    entry(key, Make::Random(64))
}

const fn app(key: &'static str, title: &'static str) -> Shown {
    Shown { secret: SecretName::App, key, name: key, title }
}

/// mysqld needs some 230 MiB beside its cache (measured: 289 MiB with a cache of 64).
fn sizes(plan: Plan) -> PlanSizes {
    match plan {
        Plan::Small => PlanSizes {
            database: Resources::of(("100m", "512Mi"), ("2", "512Mi")),
            buffer_pool_mib: 64,
            app: Resources::of(("100m", "256Mi"), ("2", "512Mi")),
            heap_mib: None,
            beside: None,
            database_storage: "5Gi",
            uploads_storage: "5Gi",
            quota: QuotaValues::of(("1", "1536Mi"), ("8", "2Gi"), "10Gi"),
        },
        Plan::Medium => PlanSizes {
            database: Resources::of(("250m", "1Gi"), ("2", "1Gi")),
            buffer_pool_mib: 384,
            app: Resources::of(("250m", "512Mi"), ("2", "1Gi")),
            heap_mib: None,
            beside: None,
            database_storage: "10Gi",
            uploads_storage: "20Gi",
            quota: QuotaValues::of(("2", "3Gi"), ("8", "4Gi"), "30Gi"),
        },
        Plan::Large => PlanSizes {
            database: Resources::of(("500m", "2Gi"), ("4", "2Gi")),
            buffer_pool_mib: 1024,
            app: Resources::of(("500m", "1Gi"), ("4", "2Gi")),
            heap_mib: None,
            beside: None,
            database_storage: "20Gi",
            uploads_storage: "50Gi",
            quota: QuotaValues::of(("3", "5Gi"), ("16", "7Gi"), "70Gi"),
        },
    }
}
