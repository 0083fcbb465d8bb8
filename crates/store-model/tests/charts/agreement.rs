//! `StoreValues` = the chart's values.yaml = its schema = its case file.

use serde_json::{Value, json};
use store_model::values::{GlobalValues, Image, PlatformFacts, StoreValues, values_schema};
use store_model::{Desired, Engine, HostName, Phase, Plan, Store, StoreId, StoreName, StoreSettings};

use crate::files::{chart, expect_file, read, tests};

#[test]
fn the_schema_is_the_rust_type() {
    let mut text = serde_json::to_string_pretty(&values_schema()).unwrap();
    text.push('\n');
    expect_file(&chart("store-instance/values.schema.json"), &text);
}

#[test]
fn the_chart_s_defaults_are_the_rust_type_s() {
    let yaml: Value = serde_saphyr::from_str(&read(&chart("store-instance/values.yaml"))).unwrap();
    let rust = serde_json::to_value(StoreValues::default()).unwrap();
    assert_eq!(yaml, rust);
}

/// What the provisioner sends for a store is one of the golden cases.
#[test]
fn the_case_file_is_what_the_provisioner_sends() {
    let mut text = serde_json::to_string_pretty(&values(Plan::Small)).unwrap();
    text.push('\n');
    expect_file(&tests().join("cases/store-instance/provisioned.json"), &text);
}

/// No password has a place to go, and no unknown key is taken.
#[test]
fn the_provisioner_s_values_hold_no_secret() {
    for plan in Plan::ALL {
        let values = serde_json::to_value(values(plan)).unwrap();
        for path in ["/database/rootPassword", "/database/password", "/app/adminPassword"] {
            assert_eq!(values.pointer(path), Some(&json!("")), "{path}");
        }
    }
    assert!(serde_json::from_value::<StoreValues>(json!({"store": {"nme": "x"}})).is_err());
}

/// The values of a store as the provisioner makes them.
pub fn values(plan: Plan) -> StoreValues {
    let name = StoreName::parse("corner-shop").unwrap();
    let base = HostName::parse("localhost").unwrap();
    let store = Store {
        id: StoreId::parse("s0123456789a").unwrap(),
        host: HostName::of_store(&name, &base).unwrap(),
        name,
        engine: Engine::Woocommerce,
        plan,
        settings: StoreSettings {
            title: "The Corner Shop".to_owned(),
            admin_email: "owner@example.com".to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            sample_products: true,
        },
        created_by: "owner@example.com".to_owned(),
        created_at_ms: 0,
        desired: Desired::Present,
        phase: Phase::Requested,
        reason: None,
        attempts: 0,
        retried: false,
    };
    let platform = PlatformFacts {
        global: GlobalValues::default(),
        database_image: Image::parse("store-platform/mysql:9.7.4-0123456789ab").unwrap(),
        app_image: Image::parse("store-platform/woocommerce:11.0.1-0123456789ab").unwrap(),
        ingress_enabled: true,
        ingress_class: String::new(),
        ingress_issuer: "selfsigned".to_owned(),
        gateway: None,
        ingress_namespace_labels: [("kubernetes.io/metadata.name".to_owned(), "projectcontour".to_owned())].into(),
    };
    StoreValues::for_store(&store, "https://corner-shop.localhost:8443", "2026-01-01T00:00:00Z", &platform)
}
