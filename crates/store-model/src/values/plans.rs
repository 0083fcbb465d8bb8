use super::{QuotaValues, ResourceList, Resources};
use crate::Plan;

/// What a plan gives a store. Requests are what a node reserves; limits are what a store may take when nobody else
/// wants it: the first start is all CPU, so a low CPU limit would only be waited for by the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSizes {
    pub database: Resources,
    /// InnoDB's cache: mysqld needs some 230 MiB beside it (measured: 289 MiB with a cache of 64).
    pub buffer_pool_mib: u32,
    pub app: Resources,
    pub database_storage: &'static str,
    pub uploads_storage: &'static str,
    pub quota: QuotaValues,
}

impl PlanSizes {
    pub fn of(plan: Plan) -> PlanSizes {
        // A database's memory is requested in full: the kernel kills who takes more than it asked for first.
        match plan {
            Plan::Small => PlanSizes {
                database: resources(("100m", "512Mi"), ("2", "512Mi")),
                buffer_pool_mib: 64,
                app: resources(("100m", "256Mi"), ("2", "512Mi")),
                database_storage: "5Gi",
                uploads_storage: "5Gi",
                quota: quota(("1", "1536Mi"), ("8", "2Gi"), "10Gi"),
            },
            Plan::Medium => PlanSizes {
                database: resources(("250m", "1Gi"), ("2", "1Gi")),
                buffer_pool_mib: 384,
                app: resources(("250m", "512Mi"), ("2", "1Gi")),
                database_storage: "10Gi",
                uploads_storage: "20Gi",
                quota: quota(("2", "3Gi"), ("8", "4Gi"), "30Gi"),
            },
            Plan::Large => PlanSizes {
                database: resources(("500m", "2Gi"), ("4", "2Gi")),
                buffer_pool_mib: 1024,
                app: resources(("500m", "1Gi"), ("4", "2Gi")),
                database_storage: "20Gi",
                uploads_storage: "50Gi",
                quota: quota(("3", "5Gi"), ("16", "7Gi"), "70Gi"),
            },
        }
    }
}

type CpuMemory = (&'static str, &'static str);

fn resources(requests: CpuMemory, limits: CpuMemory) -> Resources {
    let list = |(cpu, memory): CpuMemory| ResourceList { cpu: cpu.to_owned(), memory: memory.to_owned() };
    Resources { requests: list(requests), limits: list(limits) }
}

/// Database, application, one cron run, one test pod and one certificate solver fit at the same time; `tests/charts`
/// adds them up from the rendered chart.
fn quota(requests: CpuMemory, limits: CpuMemory, storage: &str) -> QuotaValues {
    QuotaValues {
        enabled: true,
        requests_cpu: requests.0.to_owned(),
        requests_memory: requests.1.to_owned(),
        limits_cpu: limits.0.to_owned(),
        limits_memory: limits.1.to_owned(),
        storage: storage.to_owned(),
        pods: 10,
    }
}
