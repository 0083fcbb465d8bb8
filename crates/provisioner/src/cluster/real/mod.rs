//! The real cluster: Kubernetes by its API and watches, releases by the Helm binary, the proof by a customer's order.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use async_trait::async_trait;
use axum::http::Response;
use futures::{Stream, StreamExt};
use kube::Client;
use kube::client::ClientBuilder;
use store_model::orphans::Extent;
use store_model::{Component, Reason, ReasonCode, Seen, Step, Store, StoreId};
use tower::util::MapResponseLayer;

use super::{
    Census, Cluster, ComponentSeen, Credentials, Description, Done, LogLines, LogRange, LoginLink, Removed, Retry,
    StepError, Usage,
};
use crate::config::{Config, Identity};

mod changes;
mod clock;
mod components;
mod credentials;
pub mod guard;
mod helm;
mod light;
mod logs;
mod look;
mod namespace;
mod orphans;
mod proof;
mod release;
mod remove;
mod route;
mod shelf;
mod slots;
mod stage;
mod token;
mod trouble;
mod usage;
mod values;
mod watch;

use clock::Clock;
use helm::Helm;
use values::Chart;
use watch::{Wanted, Watches};

/// A watch that lives is ended by the API server at its limit, and by the watcher 5 s after; this is past both.
const WATCH_MARGIN: Duration = Duration::from_secs(15);

pub struct RealCluster {
    client: Client,
    clock: Arc<Clock>,
    watches: Watches,
    helm: Helm,
    chart: Chart,
    settings: Settings,
}

/// What of the configuration the cluster's rooms need.
struct Settings {
    identity: Identity,
    config: Config,
}

impl RealCluster {
    /// Reads the chart and starts the watches; in a pod by its ServiceAccount, elsewhere by KUBECONFIG. An API server that
    /// is away for a while keeps nobody from reading and accepting.
    pub async fn connect(config: &Config) -> anyhow::Result<RealCluster> {
        let mut server = kube::Config::infer()
            .await
            .context("find the cluster: run in a pod with a ServiceAccount, or set KUBECONFIG")?;
        // A list whose connection is dead must not keep its watch waiting for ever.
        server.read_timeout = Some(config.watch_limit + WATCH_MARGIN);
        let clock = Arc::new(Clock::default());
        let client = client(server, &clock).context("connect to the cluster")?;
        let wanted = Wanted {
            certificates: !config.route.issuer.is_empty(),
            http_routes: config.route.gateway.is_some(),
            watch_limit: config.watch_limit,
        };
        Ok(RealCluster {
            watches: Watches::start(&client, wanted),
            helm: Helm::new(&config.helm, config.lease.helm_grace),
            chart: Chart::read(Path::new(&config.helm.chart))?,
            settings: Settings { identity: config.identity.clone(), config: config.clone() },
            client,
            clock,
        })
    }

    /// Returns once the first look can be trusted.
    pub async fn ready(&self) {
        self.watches.ready().await;
    }

    /// Returns when no Helm runs any more. Whoever dropped a run has sent it SIGTERM already, and SIGKILL follows.
    pub async fn rest(&self) {
        self.helm.rest().await;
    }
}

/// Each answer tells what time it is there.
fn client(server: kube::Config, clock: &Arc<Clock>) -> kube::Result<Client> {
    let clock = Arc::clone(clock);
    let hear = MapResponseLayer::new(move |answer: Response<_>| {
        clock.hear(answer.headers());
        answer
    });
    Ok(ClientBuilder::try_from(server)?.with_layer(&hear).build())
}

#[async_trait]
impl Cluster for RealCluster {
    async fn look(&self, store: &Store) -> Result<Seen, StepError> {
        self.seen(store, self.clock.now()).await
    }

    async fn act(&self, store: &Store, step: &Step) -> Result<Done, StepError> {
        let since = Instant::now();
        let done = self.deed(store, step).await;
        metrics::histogram!("store_platform_deed_seconds", "step" => step.as_str())
            .record(since.elapsed().as_secs_f64());
        done
    }

    fn changes(&self) -> Pin<Box<dyn Stream<Item = StoreId> + Send>> {
        self.watches.changes().stream().boxed()
    }

    async fn credentials(&self, store: &Store) -> Result<Credentials, StepError> {
        self.credentials_read(store).await
    }

    async fn login_link(&self, store: &Store) -> Result<Option<LoginLink>, StepError> {
        self.login_link_sign(store).await
    }

    async fn components(&self, store: &Store) -> Result<Vec<ComponentSeen>, StepError> {
        self.components_seen(store).await
    }

    async fn logs(&self, store: &Store, of: Component, range: LogRange) -> Result<Option<LogLines>, StepError> {
        self.logs_read(store, of, range).await
    }

    async fn usage(&self, store: &Store) -> Result<Usage, StepError> {
        self.usage_read(store).await
    }

    async fn idle(&self, id: &StoreId) {
        drop(self.helm.turn(&id.namespace()).await);
    }

    fn abandon(&self, id: &StoreId) {
        self.helm.abandon(&id.namespace());
    }

    async fn census(&self) -> Result<Census, StepError> {
        self.counted()
    }

    async fn describe(&self, id: &StoreId) -> Result<Description, StepError> {
        self.described(id).await
    }

    async fn remove(&self, id: &StoreId, uid: &str, extent: Extent) -> Result<Removed, StepError> {
        self.orphan_remove(id, uid, extent).await
    }
}

impl RealCluster {
    async fn deed(&self, store: &Store, step: &Step) -> Result<Done, StepError> {
        match step {
            Step::CreateNamespace => self.namespace_create(store).await.map(|uid| uid.map_or(Done::Taken, Done::Made)),
            Step::GrantAccess => self.access_grant(store).await.map(|()| Done::Taken),
            Step::CreateCredentials => self.credentials_create(store).await.map(|()| Done::Taken),
            Step::InstallRelease => self.release_install(store).await.map(|()| Done::Taken),
            Step::RecoverRelease(recovery) => self.release_recover(store, *recovery).await.map(|()| Done::Taken),
            Step::RestartBroken => self.broken_restart(store).await.map(|()| Done::Taken),
            Step::Prove => self.prove(store).await.map(Done::Sold),
            Step::UninstallRelease => self.release_uninstall(store).await.map(Done::Removing),
            Step::DeleteNamespace => {
                let there = self.inventory(&store.id).await?;
                self.namespace_delete(store).await?;
                Ok(Done::Removing(there))
            }
            // These are the record's business; there is nothing to do in the cluster. That nothing is left before
            // `FinishDelete` is the look's to see.
            Step::FinishDelete | Step::Rest | Step::Wait { .. } | Step::Fail(_) | Step::Blocked(_) | Step::Enter(_) => {
                Ok(Done::Taken)
            }
        }
    }
}

/// What an answer of the API server means for the store.
fn refused(deed: &str, error: kube::Error) -> StepError {
    let (code, retry, detail) = match &error {
        kube::Error::Api(status) => {
            let message = format!("{deed}: {}", status.message);
            let passing =
                status.message.contains("is being terminated") || status.message.contains("status unknown for quota");
            match status.code {
                403 if status.message.contains("exceeded quota") => (ReasonCode::Quota, Retry::Never, message),
                403 if lacks_rights(&status.message) => (ReasonCode::Release, Retry::Later, message),
                // The same answer comes again until a person changes a policy or the chart.
                400 | 403 | 422 if !passing => (ReasonCode::Release, Retry::Never, message),
                _ => (ReasonCode::Cluster, Retry::Later, message),
            }
        }
        other => (ReasonCode::Cluster, Retry::Later, format!("{deed}: {other}")),
    };
    StepError { reason: Reason::new(code, detail), retry, source: Some(Box::new(error)) }
}

/// RBAC's refusal, not an admission's. An API server that has just started has not read the roles yet, and refuses for a
/// second or two what it allows then.
fn lacks_rights(message: &str) -> bool {
    message.contains("is forbidden: User ") && message.contains(" cannot ")
}

fn failed(code: ReasonCode, retry: Retry, detail: impl Into<String>) -> StepError {
    StepError { reason: Reason::new(code, detail), retry, source: None }
}

/// A Secret's value as text.
fn text(data: &BTreeMap<String, k8s_openapi::ByteString>, key: &str) -> Option<String> {
    String::from_utf8(data.get(key)?.0.clone()).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use kube::core::Status;
    use store_model::{Desired, Engine, HostName, Phase, Plan, StoreName, StoreSettings};

    use super::*;

    pub fn store() -> Store {
        Store {
            id: StoreId::parse("sabcdefghijk").unwrap(),
            name: StoreName::parse("mugs").unwrap(),
            engine: Engine::Woocommerce,
            plan: Plan::Small,
            host: HostName::parse("mugs.localhost").unwrap(),
            settings: StoreSettings {
                title: "Mugs".to_owned(),
                admin_email: "owner@example.com".to_owned(),
                currency: "EUR".to_owned(),
                country: "DE".to_owned(),
                sample_products: true,
            },
            created_by: "token".to_owned(),
            created_at_ms: 1_795_428_000_000,
            desired: Desired::Present,
            phase: Phase::Provisioning,
            reason: None,
            attempts: 0,
            retried: false,
            namespace_uid: None,
        }
    }

    fn answer(code: u16, message: &str) -> StepError {
        refused("create", kube::Error::Api(Box::new(Status { code, message: message.to_owned(), ..Status::default() })))
    }

    #[test]
    fn an_answer_that_comes_again_is_not_asked_for_again() {
        for (code, message, reason, retry) in [
            (403, "exceeded quota: store", ReasonCode::Quota, Retry::Never),
            (403, "pods is forbidden: violates PodSecurity", ReasonCode::Release, Retry::Never),
            (422, "is invalid", ReasonCode::Release, Retry::Never),
            (403, "pods is forbidden: User \"x\" cannot get resource \"pods\"", ReasonCode::Release, Retry::Later),
            (403, "namespace store-s1 is being terminated", ReasonCode::Cluster, Retry::Later),
            (429, "too many requests", ReasonCode::Cluster, Retry::Later),
            (503, "unavailable", ReasonCode::Cluster, Retry::Later),
            (409, "conflict", ReasonCode::Cluster, Retry::Later),
        ] {
            let error = answer(code, message);
            assert_eq!((error.reason.code, error.retry), (reason, retry), "{code} {message}");
            assert!(error.reason.detail.starts_with("create: "), "{}", error.reason.detail);
        }
    }
}
