use crate::files::{cases, chart};
use crate::helm;

/// Each chart alone, as the seed's "Debug and Troubleshooting" lists them, and the umbrella with each of its files.
#[test]
fn every_chart_lints_strictly() {
    let alone = [
        "store-platform",
        "store-platform/charts/dashboard",
        "store-platform/charts/provisioner",
        "store-platform/charts/store-engine",
        "store-instance",
    ];
    for directory in alone {
        lint(directory, &[]);
    }
    for case in cases("cases") {
        let values: Vec<_> = case.values().iter().map(|path| path.to_string_lossy().into_owned()).collect();
        lint(case.directory, &values);
    }
}

fn lint(directory: &str, values: &[String]) {
    let path = chart(directory);
    let mut arguments = vec!["lint", "--strict", path.to_str().unwrap()];
    for file in values {
        arguments.extend(["--values", file]);
    }
    let output = helm::run(&arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "helm lint --strict {directory} {values:?}\n{said}");
    for word in ["[WARNING]", "[ERROR]"] {
        assert!(!said.contains(word), "helm lint --strict {directory}\n{said}");
    }
}

/// Helm keeps the last of two equal keys and says nothing: that is how the seed lost half of its local values.
#[test]
fn no_values_file_has_a_key_twice() {
    let files = [
        "store-platform/values.yaml",
        "store-platform/values-local.yaml",
        "store-platform/values-prod.yaml",
        "store-platform/charts/dashboard/values.yaml",
        "store-platform/charts/provisioner/values.yaml",
        "store-platform/charts/store-engine/values.yaml",
        "store-instance/values.yaml",
    ];
    for file in files {
        let text = crate::files::read(&chart(file));
        // The reader's default for a duplicate key is an error.
        let parsed: Result<serde_json::Value, _> = serde_saphyr::from_str(&text);
        assert!(parsed.is_ok(), "{file}: {:?}", parsed.err());
    }
    let twice: Result<serde_json::Value, _> = serde_saphyr::from_str("a: 1\na: 2\n");
    assert!(twice.is_err(), "the reader must refuse duplicate keys, or this test says nothing");
}
