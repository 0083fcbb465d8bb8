//! One look at a store: the watches' shelves, and one call for the Secrets' names, which are read nowhere else.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ListParams, ObjectMeta};
use kube::core::ObjectList;
use kube::core::PartialObjectMeta;
use store_model::{
    Desired, NamespaceSeen, ReasonCode, ReleaseSeen, SecretName, Seen, Stage, Store, WorkloadKind, WorkloadSeen,
};

use super::trouble::Surroundings;
use super::{RealCluster, failed, namespace, refused, release, route, stage};
use crate::cluster::{Retry, StepError};

impl RealCluster {
    pub(super) async fn seen(&self, store: &Store, now: Timestamp) -> Result<Seen, StepError> {
        if !self.watches.are_ready() {
            let detail = "the cluster's objects are not listed yet";
            return Err(failed(ReasonCode::Cluster, Retry::Later, detail));
        }
        let id = store.id.namespace();
        let there = self.namespace(store).await?;
        let namespace = namespace::seen(there.as_ref(), store, now);
        let secrets = match namespace {
            NamespaceSeen::Ours => self.secret_names(store).await?,
            // In a foreign namespace nothing is ours to look at; in a dying one our access dies first.
            NamespaceSeen::Absent | NamespaceSeen::Terminating { .. } | NamespaceSeen::Foreign => None,
        };
        let metas = || secrets.iter().flat_map(|list| list.items.iter().map(|secret| &secret.metadata));
        let surroundings = self.surroundings(&id, now);
        let volumes = match (&namespace, store.desired) {
            // The last sight of a store that goes: asked for and not from a cache, so that nothing is left unseen.
            (NamespaceSeen::Absent, Desired::Absent) => self.left_behind(&store.id).await?,
            _ => self.volumes(&id),
        };
        Ok(Seen {
            namespace,
            namespace_uid: there.and_then(|namespace| namespace.metadata.uid),
            // Being let in is the proof of access.
            access: secrets.is_some(),
            credentials: SecretName::ALL.iter().all(|name| metas().any(|meta| is(meta, name.as_str()))),
            release: match release::newest(metas(), &id) {
                None => ReleaseSeen::Absent,
                // An engine that was switched off since has no values any more; what runs, runs.
                Some(revision) => {
                    let mark = self.values(store).map(|values| self.chart.mark(&values)).unwrap_or_default();
                    release::seen(Some(&revision), &mark)
                }
            },
            database: self.stage(store, Stage::Database, &surroundings),
            application: self.stage(store, Stage::Application, &surroundings),
            route: route::seen(&self.watches, &self.settings.config.route, &id),
            volumes,
            overdue: false,
            settling: false,
        })
    }

    /// The programs that a stage waits for, as one.
    fn stage(&self, store: &Store, stage: Stage, surroundings: &Surroundings) -> WorkloadSeen {
        let namespace = store.id.namespace();
        let of_stage = store.engine.spec().workloads(store.plan).filter(|workload| workload.stage == stage);
        let seen = of_stage.map(|workload| {
            let seen = match workload.kind {
                WorkloadKind::StatefulSet => {
                    let set = self.watches.stateful_sets.get(&namespace, workload.name);
                    surroundings.stateful_set(workload, set.as_deref())
                }
                WorkloadKind::Deployment => {
                    let deployment = self.watches.deployments.get(&namespace, workload.name);
                    surroundings.deployment(workload, deployment.as_deref())
                }
            };
            (workload.name, seen)
        });
        stage::together(seen.collect())
    }

    pub(super) fn surroundings(&self, namespace: &str, now: Timestamp) -> Surroundings {
        Surroundings {
            pods: self.watches.pods.all(namespace),
            claims: self.watches.claims.all(namespace),
            warnings: self.watches.warnings.all(namespace),
            now,
        }
    }

    pub(super) fn volumes(&self, namespace: &str) -> Vec<String> {
        let volumes = self.watches.volumes.all(namespace);
        volumes.iter().map(|volume| volume.name.clone()).collect()
    }

    /// `None`: the namespace does not let us in (yet).
    pub(super) async fn secret_names(
        &self,
        store: &Store,
    ) -> Result<Option<ObjectList<PartialObjectMeta<Secret>>>, StepError> {
        match self.secrets(&store.id).list_metadata(&ListParams::default()).await {
            Ok(secrets) => Ok(Some(secrets)),
            Err(kube::Error::Api(status)) if status.code == 403 => Ok(None),
            Err(error) => Err(refused("list the Secrets' names", error)),
        }
    }
}

fn is(meta: &ObjectMeta, name: &str) -> bool {
    meta.name.as_deref() == Some(name)
}
