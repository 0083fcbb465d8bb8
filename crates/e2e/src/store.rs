//! One store of a scene.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use store_api::{EventView, StoreView};
use store_model::{Phase, Workload};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{Keys, Page, Visitor, World, open};

/// Longer than the provisioner's own deadline, so that its reason is what a failed test shows.
const TO_READY: Duration = Duration::from_mins(11);
const TO_DELETED: Duration = Duration::from_mins(4);

#[derive(Clone)]
pub struct Store {
    pub world: World,
    /// As it was when it was accepted.
    pub view: StoreView,
}

impl Store {
    pub fn id(&self) -> &str {
        &self.view.id
    }

    pub fn namespace(&self) -> String {
        format!("store-{}", self.view.id)
    }

    pub fn url(&self) -> Result<Url> {
        // With a slash, so that paths are joined below it.
        format!("{}/", self.view.url).parse().context("the store's URL")
    }

    pub async fn look(&self) -> Result<StoreView> {
        Ok(self.world.client.store_get(self.id()).await?)
    }

    /// Follows the store's events until it looks as wanted.
    pub async fn until(&self, patience: Duration, wanted: impl Fn(&StoreView) -> bool) -> Result<StoreView> {
        let deadline = Instant::now() + patience;
        let mut events = self.world.client.store_follow(self.id(), None);
        loop {
            let view = self.look().await?;
            if wanted(&view) {
                return Ok(view);
            }
            match timeout_at(deadline, events.next()).await {
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => {
                    let view = self.look().await?;
                    if wanted(&view) {
                        return Ok(view);
                    }
                    bail!("the events of store {} ended in phase {}", self.view.name, view.phase.as_str());
                }
                Ok(Err(error)) => return Err(error).context("follow the store's events"),
                Err(_) => bail!(
                    "store {} did not get there in {} s; it is {}: {:?}",
                    self.view.name,
                    patience.as_secs(),
                    view.phase.as_str(),
                    view.reason
                ),
            }
        }
    }

    /// Until it has sold something. A failure is an error at once, with the store's reason.
    pub async fn ready(&self) -> Result<StoreView> {
        let view = self.until(TO_READY, |view| matches!(view.phase, Phase::Ready | Phase::Failed)).await?;
        if view.phase == Phase::Failed {
            bail!("store {} failed: {:?}", view.name, view.reason);
        }
        Ok(view)
    }

    /// Asks for its removal and waits for the end of it.
    pub async fn delete(&self) -> Result<StoreView> {
        let view = self.look().await?;
        if view.phase == Phase::Deleted {
            return Ok(view);
        }
        self.world.client.store_delete(self.id()).await.context("ask for the deletion")?;
        self.deleted().await
    }

    /// Until nothing of it is left; its volumes go last, each by a pod of its own.
    pub async fn deleted(&self) -> Result<StoreView> {
        self.until(TO_DELETED, |view| view.phase == Phase::Deleted).await
    }

    pub async fn events(&self) -> Result<Vec<EventView>> {
        let mut all: Vec<EventView> = Vec::new();
        loop {
            let page = self.world.client.store_events(self.id(), all.last().map(|event| event.id)).await?;
            if page.items.is_empty() {
                return Ok(all);
            }
            all.extend(page.items);
        }
    }

    pub fn visitor(&self) -> Result<Visitor> {
        self.world.visitor(&self.url()?)
    }

    pub async fn keys(&self) -> Result<Keys> {
        Keys::new(self.view.engine, self.world.client.store_credentials(self.id()).await?)
    }

    /// What the store's own admin API answers.
    pub async fn admin_get(&self, keys: &Keys, path: &str) -> Result<Value> {
        let page = open(keys.authorize(self.visitor()?.get(path)?)?).await?;
        page.expect(200)?.json()
    }

    pub async fn admin_post(&self, keys: &Keys, path: &str, body: &Value) -> Result<Page> {
        open(keys.authorize(self.visitor()?.post(path)?.json(body))?).await
    }

    /// kubectl's scope: everything of this store.
    pub fn scope(&self) -> String {
        format!("--namespace={}", self.namespace())
    }

    /// What runs for this store, by its engine and plan.
    pub fn workloads(&self) -> impl Iterator<Item = &'static Workload> {
        let plan = self.view.plan;
        self.view.engine.spec().workloads(plan)
    }

    /// The shop as a customer's browser reaches it.
    pub fn shop(&self, keys: &Keys) -> Result<shopper::Shop> {
        let trust = self.world.trust.pem().map(<[u8]>::to_vec).into_iter().collect();
        Ok(shopper::Shop {
            public_url: self.url()?,
            engine: self.view.engine,
            dial: shopper::Dial { address: None, trust },
            key: keys.shop.shop.clone(),
        })
    }
}
