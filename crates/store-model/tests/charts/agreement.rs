//! `StoreValues` = the chart's values.yaml = its schema = its case file.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use store_model::values::{GlobalValues, Image, PlatformFacts, S3Values, StoreValues, values_schema};
use store_model::{
    Desired, Engine, HostName, ImageName, Make, Part, Phase, Plan, SecretName, Store, StoreId, StoreName,
    StoreSettings, WorkloadKind,
};

use crate::files::{chart, expect_file, kind, name, objects, pods, read, root, tests};
use crate::helm;

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
fn the_case_files_are_what_the_provisioner_sends() {
    let cases = [
        ("provisioned", Engine::Woocommerce, Plan::Small),
        ("medusa-provisioned", Engine::Medusa, Plan::Small),
        ("medusa-worker", Engine::Medusa, Plan::Medium),
    ];
    for (file, engine, plan) in cases {
        let mut text = serde_json::to_string_pretty(&values(engine, plan)).unwrap();
        text.push('\n');
        expect_file(&tests().join(format!("cases/store-instance/{file}.json")), &text);
    }
}

/// What the provisioner waits for is what the chart makes, and its pods run the engine's images and no others.
#[test]
fn the_engine_s_workloads_are_the_chart_s() {
    for (engine, plan, objects) in stores() {
        let spec = engine.spec();
        let of_kind = |wanted: &str| objects.iter().filter(|o| kind(o) == wanted).map(name).collect::<BTreeSet<_>>();
        let told = |kind: WorkloadKind| spec.workloads(plan).filter(|w| w.kind == kind).map(|w| w.name).collect();
        assert_eq!(of_kind("StatefulSet"), told(WorkloadKind::StatefulSet), "{engine:?} {plan:?}");
        assert_eq!(of_kind("Deployment"), told(WorkloadKind::Deployment), "{engine:?} {plan:?}");
        let containers = objects.iter().filter_map(pods).flat_map(|(pod, _)| pod["containers"].as_array().unwrap());
        let run: BTreeSet<_> = containers.map(|container| container["image"].as_str().unwrap().to_owned()).collect();
        assert_eq!(run, spec.images.iter().map(|image| image_of(*image)).collect(), "{engine:?} {plan:?}");
    }
}

/// Why a store failed is what its program said last: the kubelet must hand that on.
#[test]
fn every_container_s_last_words_are_kept() {
    for (engine, plan, objects) in stores() {
        // A `helm test` is run by a person, who sees its log.
        for (pod, _) in objects.iter().filter(|object| kind(object) != "Pod").filter_map(pods) {
            for list in ["initContainers", "containers"] {
                for container in pod[list].as_array().into_iter().flatten() {
                    let place = format!("{engine:?} {plan:?} {}", container["name"]);
                    assert_eq!(container["terminationMessagePolicy"], "FallbackToLogsOnError", "{place}");
                }
            }
        }
    }
}

/// Each key of a Secret that a pod is given is one that the provisioner makes, and none is made for nobody.
#[test]
fn the_secrets_have_the_keys_that_the_chart_reads() {
    for (engine, plan, objects) in stores() {
        let mut read = BTreeSet::new();
        for (pod, _) in objects.iter().filter_map(pods) {
            for list in ["initContainers", "containers"] {
                for container in pod[list].as_array().into_iter().flatten() {
                    for variable in container["env"].as_array().into_iter().flatten() {
                        let key = &variable["valueFrom"]["secretKeyRef"];
                        if !key.is_null() {
                            read.insert((key["name"].as_str().unwrap(), key["key"].as_str().unwrap()));
                        }
                    }
                }
            }
        }
        let made: BTreeSet<_> = SecretName::ALL
            .into_iter()
            .flat_map(|secret| engine.spec().secret(secret).iter().map(move |entry| (secret.as_str(), entry.key)))
            .collect();
        assert_eq!(read, made, "{engine:?} {plan:?}");
        for shown in engine.spec().shown {
            assert!(made.contains(&(shown.secret.as_str(), shown.key)), "{shown:?}");
        }
        assert!(made.contains(&(SecretName::App.as_str(), engine.spec().admin_user_key)), "{engine:?}");
        assert!(made.contains(&(SecretName::App.as_str(), "admin-password")), "{engine:?}");
    }
}

/// Whoever runs in the container reads each variable that the chart sets: a misspelt one would be said to nobody.
#[test]
fn each_variable_is_read_by_its_program() {
    let medusa = [
        "bin/store-serve",
        "app/medusa-config.js",
        "app/setup/settings.js",
        "app/src/api/auth/store-platform-login/route.js",
    ]
    .map(|file| format!("images/medusa/{file}"));
    let storefront = ["crates/storefront/src/config.rs".to_owned()];
    let postgres = ["images/postgres/docker-entrypoint.sh".to_owned()];
    let readers: [(&str, &[String]); 4] =
        [("medusa", &medusa), ("medusa-worker", &medusa), ("storefront", &storefront), ("postgres", &postgres)];
    let mut values = values(Engine::Medusa, Plan::Large);
    values.app.s3 = S3Values {
        bucket: "shop".to_owned(),
        region: "eu-central-1".to_owned(),
        endpoint: "https://s3.example.com".to_owned(),
        file_url: "https://files.example.com/shop".to_owned(),
        existing_secret: "bucket".to_owned(),
    };
    "office.example.com".clone_into(&mut values.ingress.admin_host);
    let objects = render("variables.json", &values);
    let shared = &objects.iter().find(|o| kind(o) == "ConfigMap").unwrap()["data"];
    let mut seen = 0;
    for (workload, files) in readers {
        let code: String = files.iter().map(|file| read(&root().join(file))).collect();
        let object = objects.iter().find(|o| pods(o).is_some() && name(o) == workload).unwrap();
        let (pod, _) = pods(object).unwrap();
        for container in
            ["initContainers", "containers"].iter().flat_map(|list| pod[*list].as_array().into_iter().flatten())
        {
            let own = container["env"].as_array().into_iter().flatten().map(|v| v["name"].as_str().unwrap());
            let all = shared.as_object().unwrap().keys().filter(|_| container["envFrom"].is_array());
            for variable in own.chain(all.map(String::as_str)) {
                assert!(code.contains(variable), "{workload} is given {variable}, and {files:?} do not know it");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen} variables");
}

/// A text of a Secret is written from keys that stand before it.
#[test]
fn texts_are_made_of_what_is_there() {
    for engine in Engine::ALL {
        for secret in SecretName::ALL {
            let entries = engine.spec().secret(secret);
            for (number, entry) in entries.iter().enumerate() {
                let Make::Text(parts) = entry.make else { continue };
                for part in parts {
                    let Part::Key(key) = part else { continue };
                    assert!(entries[..number].iter().any(|before| before.key == *key), "{}: {key}", entry.key);
                }
            }
        }
    }
}

/// No password has a place to go, and no unknown key is taken.
#[test]
fn the_provisioner_s_values_hold_no_secret() {
    for engine in Engine::ALL {
        for plan in Plan::ALL {
            let values = serde_json::to_value(values(engine, plan)).unwrap();
            for path in ["/database/rootPassword", "/database/password", "/app/adminPassword"] {
                assert_eq!(values.pointer(path), Some(&json!("")), "{path}");
            }
        }
    }
    assert!(serde_json::from_value::<StoreValues>(json!({"store": {"nme": "x"}})).is_err());
}

/// A store of each engine in each plan, as the chart makes it.
pub fn stores() -> impl Iterator<Item = (Engine, Plan, Vec<Value>)> {
    let all = Engine::ALL.into_iter().flat_map(|engine| Plan::ALL.map(|plan| (engine, plan)));
    all.map(|(engine, plan)| {
        let file = format!("store-{}-{}.json", engine.as_str(), plan.as_str());
        (engine, plan, render(&file, &values(engine, plan)))
    })
}

/// Renders values; the file's name keeps tests that run side by side apart.
pub fn render(file: &str, values: &StoreValues) -> Vec<Value> {
    let thread = format!("{:?}", std::thread::current().id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{file}", thread.replace(['(', ')'], "")));
    fs::write(&path, serde_json::to_vec(values).unwrap()).unwrap();
    objects(&helm::render("store-instance", &[path], &[]).unwrap())
}

fn image_of(name: ImageName) -> String {
    format!("store-platform/{}:1.0-0123456789ab", name.as_str())
}

/// The values of a store as the provisioner makes them.
pub fn values(engine: Engine, plan: Plan) -> StoreValues {
    let name = StoreName::parse("corner-shop").unwrap();
    let base = HostName::parse("localhost").unwrap();
    let store = Store {
        id: StoreId::parse("s0123456789a").unwrap(),
        host: HostName::of_store(&name, &base).unwrap(),
        name,
        engine,
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
        namespace_uid: None,
    };
    let platform = PlatformFacts {
        global: GlobalValues::default(),
        images: ImageName::ALL.map(|name| (name, Image::parse(&image_of(name)).unwrap())).into(),
        ingress_enabled: true,
        ingress_class: String::new(),
        ingress_issuer: "selfsigned".to_owned(),
        gateway: None,
        ingress_namespace_labels: [("kubernetes.io/metadata.name".to_owned(), "projectcontour".to_owned())].into(),
    };
    StoreValues::for_store(&store, "https://corner-shop.localhost:8443", "2026-01-01T00:00:00Z", &platform).unwrap()
}
