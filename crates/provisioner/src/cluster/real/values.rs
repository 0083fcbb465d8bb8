//! What Helm is given for a store, and the mark by which a later look knows whether it is still the same.

use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use jsonschema::Validator;
use sha2::{Digest, Sha256};
use store_model::values::{GlobalValues, ParentRef, PlatformFacts, StoreValues};
use store_model::{ReasonCode, Store};

use super::{RealCluster, failed};
use crate::cluster::{Retry, StepError};
use crate::config::Config;

/// 16 bytes of a hash tell two sets of values apart, and 32 characters fit into a label.
const MARK_BYTES: usize = 16;

/// The chart as it lies in the image.
pub struct Chart {
    path: PathBuf,
    digest: [u8; 32],
    schema: Validator,
}

impl Chart {
    pub fn read(path: &Path) -> anyhow::Result<Chart> {
        let file = path.join("values.schema.json");
        let text = std::fs::read(&file)
            .with_context(|| format!("read {}: set HELM_CHART_PATH to the chart store-instance", file.display()))?;
        let schema = serde_json::from_slice(&text).with_context(|| format!("parse {}", file.display()))?;
        let schema = jsonschema::validator_for(&schema)
            .map_err(|error| anyhow::anyhow!("{} is no JSON schema: {error}", file.display()))?;
        let mut hash = Sha256::new();
        digest(path, path, &mut hash).with_context(|| format!("read the chart {}", path.display()))?;
        Ok(Chart { path: path.to_owned(), digest: hash.finalize().into(), schema })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same for the same chart and the same values, and for nothing else.
    pub fn mark(&self, values: &[u8]) -> String {
        let hash = Sha256::new().chain_update(self.digest).chain_update(values).finalize();
        hex::encode(&hash[..MARK_BYTES])
    }

    /// The values as JSON. Checked before Helm runs: a message from here names the field, not a template's line.
    fn render(&self, values: &StoreValues) -> Result<Vec<u8>, String> {
        let json = serde_json::to_value(values).map_err(|error| error.to_string())?;
        let faults: Vec<String> =
            self.schema.iter_errors(&json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        serde_json::to_vec(&json).map_err(|error| error.to_string())
    }
}

/// Every file of the chart, by path, so that a chart which changed has another mark.
fn digest(root: &Path, dir: &Path, hash: &mut Sha256) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            digest(root, &path, hash)?;
        } else {
            hash.update(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().as_bytes());
            hash.update([0]);
            hash.update(Sha256::digest(std::fs::read(&path)?));
        }
    }
    Ok(())
}

impl RealCluster {
    pub(super) fn values(&self, store: &Store) -> Result<Vec<u8>, StepError> {
        let values =
            store_values(store, &self.settings.config).map_err(|why| failed(ReasonCode::Release, Retry::Never, why))?;
        self.chart
            .render(&values)
            .map_err(|why| failed(ReasonCode::Release, Retry::Never, format!("the chart refuses the values: {why}")))
    }
}

/// What this installation and this store come to; an error is for the operator.
pub fn store_values(store: &Store, config: &Config) -> Result<StoreValues, String> {
    let created_at = Timestamp::from_millisecond(store.created_at_ms).map_err(|error| error.to_string())?;
    if let Some(why) = config.engine_unavailable(store.engine) {
        return Err(why);
    }
    let facts = PlatformFacts {
        global: GlobalValues {
            environment: config.app_env.clone(),
            base_domain: config.base_domain.to_string(),
            storage_class: config.storage_class.clone(),
            image_registry: config.images.registry.clone(),
            image_pull_secrets: config.images.pull_secrets.clone(),
        },
        images: config.images.stores.clone(),
        ingress_enabled: config.route.ingress,
        ingress_class: config.route.ingress_class.clone(),
        ingress_issuer: config.route.issuer.clone(),
        gateway: config.route.gateway.clone().map(|(namespace, name)| ParentRef {
            name,
            namespace,
            section_name: String::new(),
        }),
        ingress_namespace_labels: config.route.namespace_labels.clone(),
    };
    StoreValues::for_store(store, &config.store_url(&store.host), &created_at.to_string(), &facts)
        .map_err(|missing| missing.to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use store_model::{Engine, ImageName, Plan};

    use super::*;

    fn chart(file: &str) -> (Chart, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let schema = serde_json::to_vec(&store_model::values::values_schema()).unwrap();
        std::fs::write(dir.path().join("values.schema.json"), schema).unwrap();
        std::fs::create_dir(dir.path().join("templates")).unwrap();
        std::fs::write(dir.path().join("templates/x.yaml"), file).unwrap();
        (Chart::read(dir.path()).unwrap(), dir)
    }

    /// A platform with everything that a store may need.
    pub fn config() -> Config {
        let pairs = [
            ("BASE_DOMAIN", "localhost"),
            ("PUBLIC_SCHEME", "https"),
            ("PUBLIC_PORT", "8443"),
            ("INGRESS_ISSUER", "selfsigned"),
            ("HTTP_ROUTE_GATEWAY", "projectcontour/platform"),
            ("INGRESS_NAMESPACE_LABELS", r#"{"kubernetes.io/metadata.name":"projectcontour"}"#),
        ];
        let image = |name: ImageName| format!("registry:5000/store-platform/{}:0.1.0-0123456789ab", name.as_str());
        let mut map: BTreeMap<String, String> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        map.extend(ImageName::ALL.map(|name| (name.env().to_owned(), image(name))));
        Config::from_env_map(map).unwrap()
    }

    #[test]
    fn the_mark_follows_the_chart_and_the_values() {
        let ((one, _a), (same, _b), (other, _c)) = (chart("a"), chart("a"), chart("b"));
        assert_eq!(one.mark(b"{}"), same.mark(b"{}"));
        assert_ne!(one.mark(b"{}"), other.mark(b"{}"));
        assert_ne!(one.mark(b"{}"), one.mark(b"{ }"));
        assert!(one.mark(b"{}").len() <= 63);
    }

    #[test]
    fn values_that_the_chart_refuses_are_refused_here_by_field() {
        let (chart, _dir) = chart("a");
        let mut values = StoreValues::default();
        assert!(chart.render(&values).is_ok());
        values.store.currency = "euro".to_owned();
        assert!(chart.render(&values).unwrap_err().contains("/store/currency"));
    }

    #[test]
    fn the_charts_own_schema_takes_the_values_of_every_plan() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../helm-charts/store-instance");
        let chart = Chart::read(&path).unwrap();
        let config = config();
        for engine in Engine::ALL {
            for plan in Plan::ALL {
                let store = Store { engine, plan, ..super::super::tests::store() };
                let values = store_values(&store, &config).unwrap();
                assert_eq!(values.store.public_url, "https://mugs.localhost:8443");
                assert_eq!(values.http_route.parent_refs[0].name, "platform");
                chart.render(&values).unwrap();
            }
        }
    }

    #[test]
    fn an_engine_without_images_is_refused_with_its_cure() {
        let config = Config::from_env_map([("BASE_DOMAIN".to_owned(), "localhost".to_owned())].into()).unwrap();
        for engine in Engine::ALL {
            let store = Store { engine, ..super::super::tests::store() };
            let why = store_values(&store, &config).unwrap_err();
            assert!(engine.spec().images.iter().all(|image| why.contains(image.env())), "{why}");
        }
    }

    #[test]
    fn a_missing_chart_names_the_variable() {
        let error = Chart::read(Path::new("/nonexistent")).err().unwrap();
        assert!(error.to_string().contains("HELM_CHART_PATH"), "{error}");
    }
}
