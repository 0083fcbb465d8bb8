use super::spec::{
    Chore, ImageName, LOGIN_KEY, Make, PASSWORD, Part, Runs, SecretName, Shown, Spec, Workload, WorkloadKind, entry,
};
use crate::values::{Beside, DatabaseType, PlanSizes, QuotaValues, Resources, WorkerSizes};
use crate::{Plan, Stage};

pub const SPEC: Spec = Spec {
    title: "Medusa",
    unavailable_env: "ENGINE_MEDUSA_UNAVAILABLE",
    database: DatabaseType::Postgres,
    images: &[ImageName::Postgres, ImageName::Valkey, ImageName::Medusa, ImageName::Storefront],
    database_image: ImageName::Postgres,
    app_image: ImageName::Medusa,
    cache_image: Some(ImageName::Valkey),
    storefront_image: Some(ImageName::Storefront),
    admin_path: "/app",
    login_path: Some("/auth/store-platform-login?token="),
    database_secret: &[
        entry("password", PASSWORD),
        // The whole URL, so that no pod puts it together. In the same Secret: both are made in one write, or neither.
        entry(
            "url",
            Make::Text(&[
                Part::Literal("postgres://medusa:"),
                Part::Key("password"),
                Part::Literal("@postgres:5432/medusa"),
            ]),
        ),
    ],
    app_secret: &[
        entry("admin-email", Make::AdminEmail),
        entry("admin-password", PASSWORD),
        entry("publishable-key", key("pk_")),
        entry("secret-key", key("sk_")),
        entry("jwt-secret", Make::Random(64)),
        entry("cookie-secret", Make::Random(64)),
        entry(LOGIN_KEY, Make::Random(64)),
    ],
    admin_user_key: "admin-email",
    shown: &[
        Shown { secret: SecretName::App, key: "publishable-key", name: "publishable-key", title: "Publishable key" },
        Shown { secret: SecretName::App, key: "secret-key", name: "secret-key", title: "Secret key" },
        Shown { secret: SecretName::Database, key: "url", name: "database-url", title: "Database URL" },
    ],
    workloads: &[
        Workload {
            kind: WorkloadKind::StatefulSet,
            name: "postgres",
            title: "Database",
            stage: Stage::Database,
            plans: &Plan::ALL,
        },
        // First of its stage: what is wrong with the server is what the owner should read.
        deployment("medusa", "Admin and API", &Plan::ALL),
        deployment("medusa-worker", "Background work", &[Plan::Medium, Plan::Large]),
        deployment("valkey", "Cache", &Plan::ALL),
        deployment("storefront", "Shop", &Plan::ALL),
    ],
    chores: &[Chore { name: "setup", title: "Set-up", runs: Runs::Before { workload: "medusa", container: "setup" } }],
    // What its own table of currencies lacks, in the version that the image is of.
    unknown_currencies: &[
        "ANG", "AWG", "BBD", "BMD", "BSD", "BTN", "CUP", "FJD", "FKP", "GIP", "GYD", "HTG", "KGS", "KPW", "KYD", "LAK",
        "LRD", "LSL", "MRU", "MVR", "PGK", "SBD", "SCR", "SHP", "SLL", "SRD", "SSP", "STN", "SZL", "TMT", "VES", "VUV",
        "WST", "XCD", "ZMW",
    ],
    sizes,
};

/// As Medusa's own keys: a prefix and 32 bytes.
const fn key(prefix: &'static str) -> Make {
    Make::Hex { prefix, bytes: 32 }
}

const fn deployment(name: &'static str, title: &'static str, plans: &'static [Plan]) -> Workload {
    Workload { kind: WorkloadKind::Deployment, name, title, stage: Stage::Application, plans }
}

/// Measured with a heap of 256: Medusa alone 333 MiB; beside a worker the server takes 220 at rest and 320 after some
/// orders, the worker 125 to 140; PostgreSQL 57 to 70, Valkey 5, the storefront a few. Beside its heap Node needs some
/// 100 MiB, and under load as much again for buffers and compiled code.
fn sizes(plan: Plan) -> PlanSizes {
    match plan {
        // One process does it all.
        Plan::Small => PlanSizes {
            database: Resources::of(("100m", "256Mi"), ("2", "256Mi")),
            buffer_pool_mib: 64,
            app: Resources::of(("100m", "384Mi"), ("2", "512Mi")),
            heap_mib: Some(256),
            beside: Some(Beside {
                cache: Resources::of(("10m", "64Mi"), ("500m", "64Mi")),
                cache_memory_mib: 32,
                storefront: Resources::of(("10m", "32Mi"), ("500m", "64Mi")),
                worker: None,
            }),
            database_storage: "5Gi",
            uploads_storage: "5Gi",
            quota: QuotaValues::of(("1", "1Gi"), ("8", "1536Mi"), "10Gi"),
        },
        Plan::Medium => PlanSizes {
            database: Resources::of(("250m", "512Mi"), ("2", "512Mi")),
            buffer_pool_mib: 128,
            app: Resources::of(("250m", "384Mi"), ("2", "768Mi")),
            heap_mib: Some(448),
            beside: Some(Beside {
                cache: Resources::of(("25m", "128Mi"), ("500m", "128Mi")),
                cache_memory_mib: 80,
                storefront: Resources::of(("25m", "32Mi"), ("1", "64Mi")),
                worker: Some(WorkerSizes {
                    resources: Resources::of(("100m", "256Mi"), ("2", "512Mi")),
                    heap_mib: 256,
                }),
            }),
            database_storage: "10Gi",
            uploads_storage: "20Gi",
            quota: QuotaValues::of(("2", "1792Mi"), ("12", "3Gi"), "30Gi"),
        },
        Plan::Large => PlanSizes {
            database: Resources::of(("500m", "1Gi"), ("4", "1Gi")),
            buffer_pool_mib: 256,
            app: Resources::of(("500m", "768Mi"), ("4", "1536Mi")),
            heap_mib: Some(1024),
            beside: Some(Beside {
                cache: Resources::of(("50m", "384Mi"), ("1", "384Mi")),
                cache_memory_mib: 256,
                storefront: Resources::of(("50m", "64Mi"), ("2", "128Mi")),
                worker: Some(WorkerSizes { resources: Resources::of(("250m", "384Mi"), ("4", "1Gi")), heap_mib: 640 }),
            }),
            database_storage: "20Gi",
            uploads_storage: "50Gi",
            quota: QuotaValues::of(("3", "3Gi"), ("20", "5Gi"), "70Gi"),
        },
    }
}
