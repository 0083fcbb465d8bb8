//! From a store and the platform's settings to the chart's values.

use std::collections::BTreeMap;

use super::{
    AppValues, CacheValues, DatabaseValues, GlobalValues, HttpRouteValues, Image, IngressValues, Labels,
    NetworkPolicyValues, ParentRef, Persistence, PlanSizes, StoreIdentity, StoreValues, StorefrontValues, WorkerValues,
};
use crate::{ImageName, SecretName, Store};

/// The Secrets that the provisioner makes before Helm runs.
pub const DATABASE_SECRET: &str = SecretName::Database.as_str();
pub const APP_SECRET: &str = SecretName::App.as_str();

/// What the platform gives to each of its stores, as its own settings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformFacts {
    pub global: GlobalValues,
    pub images: BTreeMap<ImageName, Image>,
    pub ingress_enabled: bool,
    pub ingress_class: String,
    pub ingress_issuer: String,
    pub gateway: Option<ParentRef>,
    pub ingress_namespace_labels: Labels,
}

/// A store's engine runs an image that the platform does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("image {} is not configured; set {}", .0.as_str(), .0.env())]
pub struct MissingImage(pub ImageName);

impl PlatformFacts {
    fn image(&self, name: ImageName) -> Result<Image, MissingImage> {
        self.images.get(&name).cloned().ok_or(MissingImage(name))
    }
}

impl StoreValues {
    /// The values for a store of ours. `created_at` is RFC 3339; `public_url` is what the store calls itself.
    pub fn for_store(
        store: &Store,
        public_url: &str,
        created_at: &str,
        platform: &PlatformFacts,
    ) -> Result<StoreValues, MissingImage> {
        let spec = store.engine.spec();
        let sizes = PlanSizes::of(store.engine, store.plan);
        let mut values = StoreValues {
            global: platform.global.clone(),
            store: StoreIdentity {
                id: store.id.to_string(),
                name: store.name.to_string(),
                namespace: store.id.namespace(),
                engine: store.engine,
                created_by: store.created_by.clone(),
                created_at: created_at.to_owned(),
                plan: store.plan,
                public_url: public_url.to_owned(),
                title: store.settings.title.clone(),
                currency: store.settings.currency.clone(),
                country: store.settings.country.clone(),
                sample_products: store.settings.sample_products,
            },
            database: DatabaseValues {
                kind: spec.database,
                image: platform.image(spec.database_image)?,
                existing_secret: DATABASE_SECRET.to_owned(),
                persistence: Persistence { size: sizes.database_storage.to_owned() },
                resources: sizes.database,
                buffer_pool_mib: sizes.buffer_pool_mib,
                ..DatabaseValues::default()
            },
            app: AppValues {
                image: platform.image(spec.app_image)?,
                existing_secret: APP_SECRET.to_owned(),
                persistence: Persistence { size: sizes.uploads_storage.to_owned() },
                resources: sizes.app,
                ..AppValues::default()
            },
            ingress: IngressValues {
                enabled: platform.ingress_enabled,
                host: store.host.to_string(),
                class_name: platform.ingress_class.clone(),
                issuer: platform.ingress_issuer.clone(),
                ..IngressValues::default()
            },
            http_route: HttpRouteValues {
                enabled: platform.gateway.is_some(),
                parent_refs: platform.gateway.iter().cloned().collect(),
            },
            network_policy: NetworkPolicyValues {
                ingress_namespace_labels: platform.ingress_namespace_labels.clone(),
                ..NetworkPolicyValues::default()
            },
            quota: sizes.quota,
            ..StoreValues::default()
        };
        if let Some(heap_mib) = sizes.heap_mib {
            values.app.heap_mib = heap_mib;
        }
        if let Some(name) = spec.cache_image {
            values.cache.image = platform.image(name)?;
        }
        if let Some(name) = spec.storefront_image {
            values.storefront.image = platform.image(name)?;
        }
        if let Some(beside) = sizes.beside {
            values.cache =
                CacheValues { resources: beside.cache, max_memory_mib: beside.cache_memory_mib, ..values.cache };
            values.storefront = StorefrontValues { resources: beside.storefront, ..values.storefront };
            if let Some(worker) = beside.worker {
                values.worker = WorkerValues { enabled: true, resources: worker.resources, heap_mib: worker.heap_mib };
            }
        }
        Ok(values)
    }
}
