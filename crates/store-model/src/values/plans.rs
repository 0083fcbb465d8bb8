use super::{QuotaValues, ResourceList, Resources};
use crate::{Engine, Plan};

/// What a plan gives a store of one engine. Requests are what a node reserves; limits are what a store may take when
/// nobody else wants it: the first start is all CPU, so a low CPU limit would only be waited for by the customer.
/// A database's memory is requested in full: the kernel kills who takes more than it asked for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSizes {
    pub database: Resources,
    /// The database server's own cache, within its memory.
    pub buffer_pool_mib: u32,
    pub app: Resources,
    /// The heap of an application that is told one.
    pub heap_mib: Option<u32>,
    /// Programs that not every engine has.
    pub beside: Option<Beside>,
    pub database_storage: &'static str,
    pub uploads_storage: &'static str,
    pub quota: QuotaValues,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub cache: Resources,
    /// What the cache may hold, within its memory.
    pub cache_memory_mib: u32,
    pub storefront: Resources,
    /// `None`: the application works in the background too.
    pub worker: Option<WorkerSizes>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerSizes {
    pub resources: Resources,
    pub heap_mib: u32,
}

impl PlanSizes {
    pub fn of(engine: Engine, plan: Plan) -> PlanSizes {
        (engine.spec().sizes)(plan)
    }
}

type CpuMemory = (&'static str, &'static str);

impl Resources {
    pub(crate) fn of(requests: CpuMemory, limits: CpuMemory) -> Resources {
        let list = |(cpu, memory): CpuMemory| ResourceList { cpu: cpu.to_owned(), memory: memory.to_owned() };
        Resources { requests: list(requests), limits: list(limits) }
    }
}

impl QuotaValues {
    /// All servers, one more of those that are replaced while they run, one cron run, one test pod and one certificate
    /// solver fit at the same time; `tests/charts` adds them up from the rendered chart.
    pub(crate) fn of(requests: CpuMemory, limits: CpuMemory, storage: &str) -> QuotaValues {
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
}
