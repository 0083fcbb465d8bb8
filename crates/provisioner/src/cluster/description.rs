//! What a namespace says of its store: enough to make its row again when the database is lost. Nothing secret is in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::values::StoreIdentity;
use store_model::{Engine, HostName, Plan, Store, StoreId, StoreName, StoreSettings};

/// The annotation, written with the namespace and never after: we may not change a namespace.
pub const ANNOTATION: &str = "store-platform.dev/store";

/// A store as it was asked for, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    pub id: StoreId,
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    pub host: HostName,
    pub settings: StoreSettings,
    pub created_by: String,
    pub created_at_ms: i64,
}

/// The annotation's JSON. A version after this one may add fields; these stay.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    name: String,
    engine: Engine,
    plan: Plan,
    host: String,
    title: String,
    admin_email: String,
    currency: String,
    country: String,
    sample_products: bool,
    created_by: String,
    created_at: String,
}

/// What a release's values leave to their Secrets and to other parts of them.
pub struct Beside<'a> {
    pub host: &'a str,
    pub admin_email: Option<String>,
}

impl Description {
    /// The annotation of a store's namespace. An error is a time outside of calendars.
    pub fn annotation(store: &Store) -> Result<String, String> {
        let StoreSettings { title, admin_email, currency, country, sample_products } = store.settings.clone();
        let written = Written {
            name: store.name.to_string(),
            engine: store.engine,
            plan: store.plan,
            host: store.host.to_string(),
            title,
            admin_email,
            currency,
            country,
            sample_products,
            created_by: store.created_by.clone(),
            created_at: Timestamp::from_millisecond(store.created_at_ms)
                .map_err(|error| error.to_string())?
                .to_string(),
        };
        serde_json::to_string(&written).map_err(|error| error.to_string())
    }

    /// Anybody who may change a namespace may have written it, so it is parsed as a request is.
    pub fn of_annotation(id: &StoreId, text: &str) -> Result<Description, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| format!("{ANNOTATION}: {error}"))?;
        Description::parse(id, written)
    }

    /// For a namespace from before the annotation: what its release was installed with.
    pub fn of_values(id: &StoreId, store: StoreIdentity, beside: Beside<'_>) -> Result<Description, String> {
        let StoreIdentity { name, engine, created_by, created_at, plan, title, currency, country, .. } = store;
        if store.id != id.as_str() {
            return Err(format!("its release is that of store '{}'", store.id));
        }
        let Beside { host, admin_email } = beside;
        let written = Written {
            name,
            engine,
            plan,
            host: host.to_owned(),
            title,
            admin_email: admin_email.unwrap_or_else(|| format!("admin@{host}")),
            currency,
            country,
            sample_products: store.sample_products,
            created_by,
            created_at,
        };
        Description::parse(id, written)
    }

    fn parse(id: &StoreId, written: Written) -> Result<Description, String> {
        let Written { name, engine, plan, host, title, admin_email, currency, country, sample_products, .. } = written;
        let created_at: Timestamp = written.created_at.parse().map_err(|error| format!("createdAt: {error}"))?;
        Ok(Description {
            id: id.clone(),
            name: StoreName::parse(&name).map_err(|error| format!("name {error}"))?,
            engine,
            plan,
            host: HostName::parse(&host).map_err(|error| format!("host {error}"))?,
            settings: StoreSettings { title, admin_email, currency, country, sample_products },
            created_by: written.created_by,
            created_at_ms: created_at.as_millisecond(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::real::tests::store;

    #[test]
    fn what_is_written_makes_the_same_store_again() {
        let store = Store { created_at_ms: 1_795_428_000_123, ..store() };
        let text = Description::annotation(&store).unwrap();
        let read = Description::of_annotation(&store.id, &text).unwrap();
        let Description { id, name, engine, plan, host, settings, created_by, created_at_ms } = read;
        assert_eq!((id, name, engine, plan), (store.id, store.name, store.engine, store.plan));
        assert_eq!((host, settings), (store.host, store.settings));
        assert_eq!((created_by, created_at_ms), (store.created_by, store.created_at_ms));
    }

    #[test]
    fn what_somebody_else_wrote_is_parsed_as_a_request_is() {
        let text = Description::annotation(&store()).unwrap();
        let with = |from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            Description::of_annotation(&store().id, &text.replace(from, to))
        };
        for (from, to, says) in [
            (r#""name":"mugs""#, r#""name":"Not A Name""#, "name"),
            (r#""host":"mugs.localhost""#, r#""host":"a/b""#, "host"),
            (r#""engine":"woocommerce""#, r#""engine":"magento""#, "magento"),
            (r#""createdAt":"2026"#, r#""createdAt":"soon"#, "createdAt"),
            ("{", "", "store-platform.dev/store"),
        ] {
            let error = with(from, to).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        // A later version says more than this one reads.
        assert!(with("{", r#"{"colour":"red","#).is_ok());
    }
}
