//! The namespace of a store: made with all its labels at once and never changed after; deleted only if it is ours.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, PostParams, Preconditions};
use store_model::{NamespaceSeen, ReasonCode, Store, StoreId};

use super::{RealCluster, failed, refused};
use crate::cluster::description::{ANNOTATION, Description};
use crate::cluster::{Retry, StepError};

pub const NAMESPACE_PREFIX: &str = "store-";
pub const LABEL_ID: &str = "store-platform.dev/id";
const PART_OF: (&str, &str) = ("app.kubernetes.io/part-of", "store-platform");
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "store-platform-provisioner");
/// The oldest release we serve: a newer cluster does not tighten the rules under a running store.
const POD_SECURITY_VERSION: &str = "v1.33";
const ROLE_BINDING: &str = "store-manager";
/// Two seconds in all, a hundred times what it usually takes.
const ACCESS_CHECKS: usize = 40;
const ACCESS_PAUSE: Duration = Duration::from_millis(50);

/// Kubernetes takes up to half a minute to stop pods; what is still there after a minute is stuck.
const TERMINATING_PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// The labels by which everything of a store is found again.
pub fn labels(store: &Store) -> BTreeMap<String, String> {
    [
        (LABEL_ID, store.id.as_str()),
        ("store-platform.dev/engine", store.engine.as_str()),
        ("store-platform.dev/name", store.name.as_str()),
        PART_OF,
        MANAGED_BY,
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// By its labels, and by its UID once that is known: anybody who may make a namespace may write our labels on it.
pub fn is_ours(namespace: &Namespace, store: &Store) -> bool {
    let uid = store.namespace_uid.as_deref();
    is_labelled(namespace, &store.id) && uid.is_none_or(|uid| namespace.metadata.uid.as_deref() == Some(uid))
}

pub fn is_labelled(namespace: &Namespace, id: &StoreId) -> bool {
    let labels = namespace.metadata.labels.as_ref();
    let has = |name: &str, value: &str| labels.and_then(|labels| labels.get(name)).is_some_and(|is| is == value);
    has(LABEL_ID, id.as_str()) && has(PART_OF.0, PART_OF.1)
}

/// What a namespace is to a store.
pub fn seen(namespace: Option<&Namespace>, store: &Store, now: Timestamp) -> NamespaceSeen {
    let Some(namespace) = namespace else { return NamespaceSeen::Absent };
    if !is_ours(namespace, store) {
        return NamespaceSeen::Foreign;
    }
    match &namespace.metadata.deletion_timestamp {
        None => NamespaceSeen::Ours,
        Some(since) => {
            let patience_over = now.duration_since(since.0) > TERMINATING_PATIENCE;
            NamespaceSeen::Terminating { blocked_by: blocked_by(namespace, patience_over) }
        }
    }
}

/// What Kubernetes says is in the way. In every deletion content and finalizers are there for a moment, and an aggregated
/// API that is away comes back: only what stays is in the way.
fn blocked_by(namespace: &Namespace, patience_over: bool) -> Option<String> {
    let conditions = namespace.status.as_ref()?.conditions.as_ref()?;
    if !patience_over {
        return None;
    }
    let messages: Vec<&str> = conditions
        .iter()
        .filter(|condition| condition.status == "True")
        .filter(|condition| condition.type_.starts_with("Namespace"))
        .filter_map(|condition| condition.message.as_deref())
        .collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

impl RealCluster {
    /// What the watch has not told of may be there all the same, and what it remembers may have been replaced: absence
    /// and strangers are asked for.
    pub(super) async fn namespace(&self, store: &Store) -> Result<Option<Namespace>, StepError> {
        let name = store.id.namespace();
        if let Some(namespace) = self.watches.namespaces.get(&name, &name)
            && is_ours(&namespace, store)
        {
            return Ok(Some((*namespace).clone()));
        }
        self.namespaces().get_opt(&name).await.map_err(|error| refused("read the namespace", error))
    }

    /// Answers with the UID of what it made; `None` if a namespace of that name is there already.
    pub(super) async fn namespace_create(&self, store: &Store) -> Result<Option<String>, StepError> {
        let mut labels = labels(store);
        for mode in ["enforce", "audit", "warn"] {
            labels.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
            labels.insert(format!("pod-security.kubernetes.io/{mode}-version"), POD_SECURITY_VERSION.to_owned());
        }
        let annotation = Description::annotation(store)
            .map_err(|why| failed(ReasonCode::Release, Retry::Never, format!("describe the store: {why}")))?;
        let namespace = Namespace {
            metadata: ObjectMeta {
                name: Some(store.id.namespace()),
                labels: Some(labels),
                annotations: Some([(ANNOTATION.to_owned(), annotation)].into()),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        match self.namespaces().create(&PostParams::default(), &namespace).await {
            Ok(made) => Ok(made.metadata.uid),
            // Ours from before, or somebody else's: the next look tells which.
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
            Err(error) => Err(refused("create the namespace", error)),
        }
    }

    /// Lets our ServiceAccount work inside this one namespace, by the one ClusterRole that it may bind.
    pub(super) async fn access_grant(&self, store: &Store) -> Result<(), StepError> {
        let identity = &self.settings.identity;
        let namespace = store.id.namespace();
        let binding = RoleBinding {
            metadata: ObjectMeta {
                name: Some(ROLE_BINDING.to_owned()),
                namespace: Some(namespace.clone()),
                labels: Some(labels(store)),
                ..ObjectMeta::default()
            },
            role_ref: RoleRef {
                api_group: "rbac.authorization.k8s.io".to_owned(),
                kind: "ClusterRole".to_owned(),
                name: identity.store_manager_role.clone(),
            },
            subjects: Some(vec![Subject {
                kind: "ServiceAccount".to_owned(),
                name: identity.service_account.clone(),
                namespace: Some(identity.namespace.clone()),
                api_group: None,
            }]),
        };
        let bindings: Api<RoleBinding> = Api::namespaced(self.client.clone(), &namespace);
        match bindings.create(&PostParams::default(), &binding).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            Err(error) => return Err(refused("grant access to the namespace", error)),
        }
        self.access_in_force(store).await
    }

    /// The API server knows of a binding some milliseconds after it has taken it; the deed is done when it lets us in.
    async fn access_in_force(&self, store: &Store) -> Result<(), StepError> {
        for _ in 0..ACCESS_CHECKS {
            if self.secret_names(store).await?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(ACCESS_PAUSE).await;
        }
        let role = &self.settings.identity.store_manager_role;
        let detail =
            format!("RoleBinding {ROLE_BINDING} is there but does not let us in: is ClusterRole {role} installed?");
        Err(failed(ReasonCode::Cluster, Retry::Later, detail))
    }

    pub(super) async fn namespace_delete(&self, store: &Store) -> Result<(), StepError> {
        match self.namespace_now(&store.id).await? {
            Some(namespace) if is_ours(&namespace, store) => self.namespace_remove(&namespace).await,
            Some(_) | None => Ok(()),
        }
    }

    /// As the API server has it, whatever the watches remember.
    pub(super) async fn namespace_now(&self, id: &StoreId) -> Result<Option<Namespace>, StepError> {
        self.namespaces().get_opt(&id.namespace()).await.map_err(|error| refused("read the namespace", error))
    }

    /// With the UID as a precondition: a namespace that was made anew meanwhile is another one, and stays.
    pub(super) async fn namespace_remove(&self, namespace: &Namespace) -> Result<(), StepError> {
        let ObjectMeta { name: Some(name), uid, deletion_timestamp: None, .. } = &namespace.metadata else {
            return Ok(());
        };
        let params = DeleteParams {
            preconditions: Some(Preconditions { uid: uid.clone(), resource_version: None }),
            ..DeleteParams::default()
        };
        match self.namespaces().delete(name, &params).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(()),
            Err(error) => Err(refused("delete the namespace", error)),
        }
    }

    pub(super) fn namespaces(&self) -> Api<Namespace> {
        Api::all(self.client.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn seen_of(value: Value) -> NamespaceSeen {
        let namespace: Namespace = serde_json::from_value(value).unwrap();
        seen(Some(&namespace), &super::super::tests::store(), NOW.parse().unwrap())
    }

    #[test]
    fn a_namespace_is_ours_by_its_labels_before_its_uid_is_known() {
        let labels = json!({"store-platform.dev/id": "sabcdefghijk", "app.kubernetes.io/part-of": "store-platform"});
        assert_eq!(seen_of(json!({"metadata": {"labels": labels}})), NamespaceSeen::Ours);
        assert_eq!(seen_of(json!({"metadata": {}})), NamespaceSeen::Foreign);
        let other = json!({"store-platform.dev/id": "sbbbbbbbbbbb", "app.kubernetes.io/part-of": "store-platform"});
        assert_eq!(seen_of(json!({"metadata": {"labels": other}})), NamespaceSeen::Foreign);
    }

    #[test]
    fn a_namespace_is_ours_by_its_uid_once_that_is_known() {
        let labels = json!({"store-platform.dev/id": "sabcdefghijk", "app.kubernetes.io/part-of": "store-platform"});
        let namespace: Namespace =
            serde_json::from_value(json!({"metadata": {"labels": labels, "uid": "one"}})).unwrap();
        let now = NOW.parse().unwrap();
        let known = |uid: Option<&str>| {
            let store = Store { namespace_uid: uid.map(str::to_owned), ..super::super::tests::store() };
            seen(Some(&namespace), &store, now)
        };
        assert_eq!(known(None), NamespaceSeen::Ours);
        assert_eq!(known(Some("one")), NamespaceSeen::Ours);
        assert_eq!(known(Some("another")), NamespaceSeen::Foreign);
    }

    #[test]
    fn what_is_in_the_way_counts_once_it_stays() {
        let dying = |since: &str| {
            seen_of(json!({
                "metadata": {
                    "labels": {"store-platform.dev/id": "sabcdefghijk", "app.kubernetes.io/part-of": "store-platform"},
                    "deletionTimestamp": since,
                },
                "status": {"conditions": [
                    {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "x.y in 1 resource"},
                    {"type": "NamespaceDeletionContentFailure", "status": "False", "message": "all content deleted"},
                ]},
            }))
        };
        assert_eq!(dying("2026-11-23T11:59:50Z"), NamespaceSeen::Terminating { blocked_by: None });
        assert_eq!(
            dying("2026-11-23T11:58:00Z"),
            NamespaceSeen::Terminating { blocked_by: Some("x.y in 1 resource".to_owned()) }
        );
    }

    #[test]
    fn the_labels_find_a_store_again() {
        let labels = labels(&super::super::tests::store());
        assert_eq!(labels[LABEL_ID], "sabcdefghijk");
        assert_eq!(labels[PART_OF.0], PART_OF.1);
    }
}
