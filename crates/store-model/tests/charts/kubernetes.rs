use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::files::{cases, kind, objects};
use crate::helm;

/// The oldest Kubernetes that the charts name (`kubeVersion`) and the one that is built here.
const VERSIONS: [&str; 2] = ["1.33", "1.37"];

/// Kinds that are not Kubernetes' own: the real API server checks them, in the end-to-end tests.
const CUSTOM: [&str; 4] = ["Certificate", "ClusterIssuer", "HTTPRoute", "ServiceMonitor"];

/// PyPI's `kubernetes-validate` carries the schemas of every version, so this needs no network.
#[test]
fn every_object_is_valid_kubernetes() {
    let program =
        env::var_os("KUBERNETES_VALIDATE").map_or_else(|| PathBuf::from("kubernetes-validate"), PathBuf::from);
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kubernetes-validate");
    fs::create_dir_all(&scratch).unwrap();
    let mut files = Vec::new();
    for case in cases("cases") {
        let own: Vec<_> =
            objects(&helm::render_case(&case)).into_iter().filter(|o| !CUSTOM.contains(&kind(o))).collect();
        assert!(!own.is_empty(), "{} renders nothing to check", case.path.display());
        let path = scratch.join(format!("{}-{}.yaml", case.chart, case.name));
        // JSON is YAML: one document an object.
        fs::write(&path, own.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n---\n")).unwrap();
        files.push(path);
    }
    for version in VERSIONS {
        let output = Command::new(&program).args(["--strict", "-k", version]).args(&files).output().unwrap_or_else(|error| {
            panic!(
                "run {}: {error}\nSet KUBERNETES_VALIDATE to PyPI's kubernetes-validate, or run `cargo xtask test`, which installs it.",
                program.display()
            )
        });
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "Kubernetes {version}\n{said}");
        assert!(said.contains("passed for resource"), "nothing was checked against Kubernetes {version}\n{said}");
        assert!(!said.contains("Couldn't find schema"), "Kubernetes {version}\n{said}");
    }
}
