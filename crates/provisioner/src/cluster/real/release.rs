//! The release as its Secrets tell it. Looking spawns no Helm; a stuck record is set free by hand, as Helm itself has no
//! way to: an install that was cut answers "another operation is in progress" for ever.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ObjectMeta, PartialObjectMeta, PostParams};
use serde_json::Value;
use store_model::{ReasonCode, Recovery, ReleaseSeen, Store, StoreId, recovery};

use super::helm::HelmError;
use super::{RealCluster, failed, refused};
use crate::cluster::{Retry, StepError};

/// Which values and which chart a revision was made with. Helm copies it onto the release Secret, where a look reads it
/// without the payload.
pub const LABEL_VALUES: &str = "store-platform.dev/values";

/// One revision, by the labels that Helm puts on its Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    secret: String,
    version: u32,
    status: String,
    values: String,
}

impl Revision {
    fn read(meta: &ObjectMeta, release: &str) -> Option<Revision> {
        let labels = meta.labels.as_ref()?;
        let label = |name: &str| labels.get(name).map(String::as_str);
        if label("owner") != Some("helm") || label("name") != Some(release) {
            return None;
        }
        Some(Revision {
            secret: meta.name.clone()?,
            version: label("version")?.parse().ok()?,
            status: label("status").unwrap_or("unknown").to_owned(),
            values: label(LABEL_VALUES).unwrap_or_default().to_owned(),
        })
    }
}

/// The newest revision among the Secrets of a namespace.
pub fn newest<'a>(secrets: impl Iterator<Item = &'a ObjectMeta>, release: &str) -> Option<Revision> {
    secrets.filter_map(|meta| Revision::read(meta, release)).max_by_key(|revision| revision.version)
}

/// What the newest revision means; `values` is the mark of what we would install now.
pub fn seen(newest: Option<&Revision>, values: &str) -> ReleaseSeen {
    let Some(revision) = newest else { return ReleaseSeen::Absent };
    match revision.status.as_str() {
        "deployed" => ReleaseSeen::Deployed { current: revision.values == values },
        "pending-install" => ReleaseSeen::PendingInstall,
        "pending-upgrade" => ReleaseSeen::PendingUpgrade,
        "pending-rollback" => ReleaseSeen::PendingRollback,
        "uninstalling" => ReleaseSeen::Uninstalling,
        // Kept history of a release that is gone.
        "uninstalled" => ReleaseSeen::Absent,
        other => ReleaseSeen::Failed { message: format!("revision {} is {other}", revision.version) },
    }
}

impl RealCluster {
    pub(super) async fn release_install(&self, store: &Store) -> Result<(), StepError> {
        let values = self.values(store)?;
        let release = store.id.namespace();
        let mark = self.chart.mark(&values);
        metrics::counter!("store_platform_helm_runs_total", "verb" => "upgrade").increment(1);
        self.helm
            .upgrade(&release, self.chart.path(), &values, &format!("{LABEL_VALUES}={mark}"))
            .await
            .map_err(|error| helm_failed("install the release", &error))
    }

    /// Answers with what the store had, for the owner: after this most of it is gone.
    pub(super) async fn release_uninstall(&self, store: &Store) -> Result<Vec<String>, StepError> {
        let there = self.inventory(&store.id).await?;
        metrics::counter!("store_platform_helm_runs_total", "verb" => "uninstall").increment(1);
        self.helm
            .uninstall(&store.id.namespace())
            .await
            .map_err(|error| helm_failed("uninstall the release", &error))?;
        Ok(there)
    }

    pub(super) async fn release_recover(&self, store: &Store, cure: Recovery) -> Result<(), StepError> {
        let release = store.id.namespace();
        // Our own Helm may still be on its way out after a SIGTERM, and then it sets the record right by itself.
        let _turn = self.helm.turn(&release).await;
        let Some(revision) = self.newest_revision(&store.id).await? else { return Ok(()) };
        if recovery(&seen(Some(&revision), "")) != Some(cure) {
            return Ok(());
        }
        tracing::warn!(store = %store.id, revision = revision.version, status = revision.status, ?cure, "setting a stuck release free");
        match cure {
            Recovery::ForgetFirstRevision => self.revision_forget(store, &revision).await,
            Recovery::MarkFailed => self.revision_mark_failed(store, &revision).await,
        }
    }

    async fn newest_revision(&self, id: &StoreId) -> Result<Option<Revision>, StepError> {
        let secrets = self
            .secrets(id)
            .list_metadata(&kube::api::ListParams::default().labels("owner=helm"))
            .await
            .map_err(|error| refused("read the release", error))?;
        let metas = secrets.items.iter().map(|secret: &PartialObjectMeta<Secret>| &secret.metadata);
        Ok(newest(metas, &id.namespace()))
    }

    /// The values that the newest revision was installed with; `None` without one.
    pub(super) async fn release_values(&self, id: &StoreId) -> Result<Option<Value>, StepError> {
        let Some(revision) = self.newest_revision(id).await? else { return Ok(None) };
        let secret =
            self.secrets(id).get(&revision.secret).await.map_err(|error| refused("read the release", error))?;
        let payload = secret.data.as_ref().and_then(|data| data.get("release"));
        let release = payload.ok_or_else(|| "the Secret holds no release".to_owned()).and_then(|data| decode(&data.0));
        let mut release = release
            .map_err(|why| failed(ReasonCode::Release, Retry::Never, format!("read the release's values: {why}")))?;
        Ok(release.get_mut("config").map(Value::take))
    }

    async fn revision_forget(&self, store: &Store, revision: &Revision) -> Result<(), StepError> {
        match self.secrets(&store.id).delete(&revision.secret, &kube::api::DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(refused("forget the first revision", error)),
        }
    }

    async fn revision_mark_failed(&self, store: &Store, revision: &Revision) -> Result<(), StepError> {
        let api = self.secrets(&store.id);
        let mut secret = api.get(&revision.secret).await.map_err(|error| refused("read the release", error))?;
        mark_failed(&mut secret)
            .map_err(|why| failed(ReasonCode::Release, Retry::Never, format!("mark the release failed: {why}")))?;
        // With the resource version that was read: a Helm that goes on meanwhile wins.
        api.replace(&revision.secret, &PostParams::default(), &secret)
            .await
            .map_err(|error| refused("mark the release failed", error))?;
        Ok(())
    }
}

fn helm_failed(deed: &str, error: &HelmError) -> StepError {
    let (code, retry) = error.class();
    failed(code, retry, format!("{deed}: {error}"))
}

/// Helm keeps a release as base64 of gzip of JSON, and the status a second time as a label.
fn mark_failed(secret: &mut Secret) -> Result<(), String> {
    let data = secret.data.as_mut().and_then(|data| data.get_mut("release")).ok_or("the Secret holds no release")?;
    let mut release = decode(&data.0)?;
    let info = release.get_mut("info").and_then(Value::as_object_mut).ok_or("the release holds no info")?;
    info.insert("status".to_owned(), "failed".into());
    info.insert("description".to_owned(), "cut off; marked failed by the provisioner so that it can go on".into());
    data.0 = encode(&release)?;
    secret.metadata.labels.get_or_insert_default().insert("status".to_owned(), "failed".to_owned());
    Ok(())
}

fn decode(payload: &[u8]) -> Result<Value, String> {
    let zipped = BASE64_STANDARD.decode(payload).map_err(|error| error.to_string())?;
    let mut json = Vec::new();
    GzDecoder::new(zipped.as_slice()).read_to_end(&mut json).map_err(|error| error.to_string())?;
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

fn encode(release: &Value) -> Result<Vec<u8>, String> {
    let json = serde_json::to_vec(release).map_err(|error| error.to_string())?;
    let mut zip = GzEncoder::new(Vec::new(), Compression::best());
    zip.write_all(&json).map_err(|error| error.to_string())?;
    let zipped = zip.finish().map_err(|error| error.to_string())?;
    Ok(BASE64_STANDARD.encode(zipped).into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use k8s_openapi::ByteString;
    use serde_json::json;

    use super::*;

    fn meta(version: &str, status: &str, values: &str) -> ObjectMeta {
        let labels =
            [("owner", "helm"), ("name", "store-s1"), ("version", version), ("status", status), (LABEL_VALUES, values)];
        ObjectMeta {
            name: Some(format!("sh.helm.release.v1.store-s1.v{version}")),
            labels: Some(labels.map(|(k, v)| (k.to_owned(), v.to_owned())).into()),
            ..ObjectMeta::default()
        }
    }

    fn seen_of(metas: &[ObjectMeta]) -> ReleaseSeen {
        seen(newest(metas.iter(), "store-s1").as_ref(), "mark")
    }

    #[test]
    fn the_newest_revision_counts_by_number_not_by_text() {
        let metas = [meta("9", "superseded", "mark"), meta("10", "deployed", "mark"), meta("2", "failed", "")];
        assert_eq!(seen_of(&metas), ReleaseSeen::Deployed { current: true });
    }

    #[test]
    fn every_status_of_helm_has_a_meaning() {
        assert_eq!(seen_of(&[]), ReleaseSeen::Absent);
        for (status, is) in [
            ("deployed", ReleaseSeen::Deployed { current: false }),
            ("pending-install", ReleaseSeen::PendingInstall),
            ("pending-upgrade", ReleaseSeen::PendingUpgrade),
            ("pending-rollback", ReleaseSeen::PendingRollback),
            ("uninstalling", ReleaseSeen::Uninstalling),
            ("uninstalled", ReleaseSeen::Absent),
            ("failed", ReleaseSeen::Failed { message: "revision 1 is failed".to_owned() }),
            ("unknown", ReleaseSeen::Failed { message: "revision 1 is unknown".to_owned() }),
        ] {
            assert_eq!(seen_of(&[meta("1", status, "other")]), is, "{status}");
        }
    }

    #[test]
    fn another_release_in_the_namespace_is_not_ours() {
        assert_eq!(newest([meta("1", "deployed", "mark")].iter(), "store-s2"), None);
    }

    #[test]
    fn marking_failed_changes_status_and_nothing_that_helm_needs() {
        let release = json!({"name": "store-s1", "info": {"status": "pending-upgrade", "first_deployed": "x"}, "config": {"a": 1}, "version": 2});
        let mut secret = Secret {
            metadata: meta("2", "pending-upgrade", "mark"),
            data: Some(BTreeMap::from([("release".to_owned(), ByteString(encode(&release).unwrap()))])),
            ..Secret::default()
        };
        mark_failed(&mut secret).unwrap();
        let after = decode(&secret.data.as_ref().unwrap()["release"].0).unwrap();
        assert_eq!(after["info"]["status"], "failed");
        assert_eq!(after["info"]["first_deployed"], "x");
        assert_eq!(after["config"], release["config"]);
        assert_eq!(secret.metadata.labels.unwrap()["status"], "failed");
    }

    #[test]
    fn a_payload_that_is_none_is_refused() {
        let mut secret = Secret {
            data: Some(BTreeMap::from([("release".to_owned(), ByteString(b"?".to_vec()))])),
            ..Secret::default()
        };
        assert!(mark_failed(&mut secret).is_err());
    }
}
