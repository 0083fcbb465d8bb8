//! What every pod must look like, in every case of every chart.

use serde_json::{Value, json};

use crate::files::{cases, kind, name, objects, pods};
use crate::helm;

/// Pod Security "restricted", and stricter: read-only roots, no service links, no token.
#[test]
fn every_pod_is_restricted() {
    each_pod(|place, object, pod, _| {
        let context = &pod["securityContext"];
        assert_eq!(context["runAsNonRoot"], true, "{place}");
        assert!(context["runAsUser"].as_i64().unwrap() > 0, "{place}");
        assert_eq!(context["seccompProfile"], json!({"type": "RuntimeDefault"}), "{place}");
        assert_eq!(pod["enableServiceLinks"], false, "{place}");
        let token = pod["automountServiceAccountToken"].as_bool().unwrap();
        let asks = object["metadata"]["labels"]["app.kubernetes.io/component"] == "api";
        assert_eq!(token, asks, "{place}: only the provisioner asks Kubernetes");
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            assert!(pod[key].is_null(), "{place} {key}");
        }
        for volume in pod["volumes"].as_array().into_iter().flatten() {
            assert!(volume["hostPath"].is_null(), "{place}");
        }
        for container in containers(pod) {
            let place = format!("{place} {}", container["name"]);
            let expected = json!({
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": {"drop": ["ALL"]},
            });
            assert_eq!(container["securityContext"], expected, "{place}");
        }
    });
}

#[test]
fn every_container_has_its_share_and_its_limit() {
    each_pod(|place, _, pod, _| {
        for container in containers(pod) {
            for list in ["requests", "limits"] {
                for resource in ["cpu", "memory"] {
                    assert!(
                        container["resources"][list][resource].is_string(),
                        "{place} {} {list} {resource}",
                        container["name"]
                    );
                }
            }
        }
    });
}

#[test]
fn every_image_is_pinned_and_not_pulled_again() {
    each_pod(|place, _, pod, _| {
        for container in containers(pod) {
            let image = container["image"].as_str().unwrap();
            let last = image.rsplit('/').next().unwrap();
            assert!(last.contains(':') || last.contains('@'), "{place}: {image} has no version");
            assert!(!image.ends_with(":latest"), "{place}: {image}");
            assert_eq!(container["imagePullPolicy"], "IfNotPresent", "{place}");
        }
    });
}

/// Liveness never asks the database, and no probe waits before it looks.
#[test]
fn every_server_is_probed() {
    each_pod(|place, _, pod, for_good| {
        if !for_good {
            return;
        }
        for container in pod["containers"].as_array().unwrap() {
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                assert!(container[probe].is_object(), "{place} {probe}");
                assert!(container[probe]["initialDelaySeconds"].is_null(), "{place} {probe}");
            }
            assert_eq!(container["startupProbe"]["periodSeconds"], 1, "{place}");
            let live = &container["livenessProbe"];
            let path = live["httpGet"]["path"].as_str().unwrap_or_default();
            // Medusa's own /health asks nobody.
            let asks_nobody = path.ends_with("/live") || path == "/health" || live["tcpSocket"].is_object();
            assert!(asks_nobody, "{place}: {live}");
        }
    });
}

/// Variables that say which Secret, and hold none.
const NAMES_A_SECRET: [&str; 1] = ["TOKEN_SECRET"];

/// A password is in a Secret: never an argument, never a plain variable.
#[test]
fn no_password_is_in_sight() {
    each_pod(|place, _, pod, _| {
        for container in containers(pod) {
            for variable in container["env"].as_array().into_iter().flatten() {
                let name = variable["name"].as_str().unwrap();
                if NAMES_A_SECRET.contains(&name) {
                    continue;
                }
                let secret =
                    ["PASSWORD", "_KEY", "_SALT", "CONSUMER", "DATABASE_URL"].iter().any(|word| name.contains(word))
                        || name.ends_with("_SECRET");
                assert!(!secret || variable["value"].is_null(), "{place}: {name} is in clear");
            }
        }
    });
}

/// Two objects of one name would be one object, and the last one wins.
#[test]
fn no_object_is_there_twice() {
    for case in cases("cases") {
        let mut seen = std::collections::BTreeSet::new();
        for object in objects(&helm::render_case(&case)) {
            let key = format!("{}/{}", kind(&object), name(&object));
            assert!(seen.insert(key.clone()), "{}: {key} twice", case.path.display());
        }
    }
}

/// A store's data says whose it is, so that nothing can be left behind unseen.
#[test]
fn everything_of_a_store_carries_its_id() {
    for case in cases("cases").iter().filter(|case| case.chart == "store-instance") {
        for object in objects(&helm::render_case(case)) {
            let id = |meta: &Value| meta["labels"]["store-platform.dev/id"].is_string();
            let place = format!("{}: {}/{}", case.path.display(), kind(&object), name(&object));
            assert!(id(&object["metadata"]), "{place}");
            for claim in object["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten() {
                assert!(id(&claim["metadata"]), "{place} claim");
            }
            assert_ne!(kind(&object), "Namespace", "{place}: the namespace is not the chart's");
        }
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers"].into_iter().flat_map(|list| pod[list].as_array().into_iter().flatten())
}

fn each_pod(check: impl Fn(&str, &Value, &Value, bool)) {
    let mut seen = 0;
    for case in cases("cases") {
        for object in objects(&helm::render_case(&case)) {
            if let Some((pod, for_good)) = pods(&object) {
                let place = format!("{}/{} {}/{}", case.chart, case.name, kind(&object), name(&object));
                check(&place, &object, pod, for_good);
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "no pod was rendered");
}
