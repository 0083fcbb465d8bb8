//! Watches the stores' Secrets beside everybody else: each value that a credential ever had is known, so that one which
//! changed and changed back is seen, and so that no value is missed when logs are searched for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt as _, pin_mut};
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, ResourceExt as _};

pub const LABEL_ID: &str = "store-platform.dev/id";

/// Names, keys and values of the Secrets of a namespace, each with every content it had.
type Contents = BTreeMap<(String, String), BTreeSet<BTreeMap<String, Vec<u8>>>>;

#[derive(Clone, Default)]
pub struct Recorder {
    contents: Arc<Mutex<Contents>>,
}

impl Recorder {
    pub fn start(client: Client) -> Recorder {
        let recorder = Recorder::default();
        let contents = Arc::clone(&recorder.contents);
        tokio::spawn(async move {
            let secrets: Api<Secret> = Api::all(client);
            let objects =
                watcher(secrets, watcher::Config::default().labels(LABEL_ID)).default_backoff().applied_objects();
            pin_mut!(objects);
            while let Some(object) = objects.next().await {
                let Ok(secret) = object else { continue };
                let place = (secret.namespace().unwrap_or_default(), secret.name_any());
                let data = secret.data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.0)).collect();
                contents.lock().unwrap_or_else(PoisonError::into_inner).entry(place).or_default().insert(data);
            }
        });
        recorder
    }

    /// Names of the Secrets of a namespace, each with how many contents it ever had.
    pub fn contents(&self, namespace: &str) -> Vec<(String, usize)> {
        let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let of = contents.iter().filter(|((place, _), _)| place == namespace);
        of.map(|((_, name), had)| (name.clone(), had.len())).collect()
    }

    /// Every value that is a secret: what is fixed or the owner's own word is shorter than any that is minted.
    pub fn values(&self, namespace: &str) -> BTreeSet<Vec<u8>> {
        let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let of = contents.iter().filter(|((place, _), _)| place == namespace);
        let values = of.flat_map(|(_, had)| had.iter().flat_map(|data| data.iter()));
        values
            .filter(|(key, _)| !["admin-user", "admin-email"].contains(&key.as_str()))
            .map(|(_, value)| value.clone())
            .collect()
    }
}
