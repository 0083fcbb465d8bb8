//! What two places say must be the same; where it is not, one of these tests says which two.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use provisioner::config;
use store_model::{Engine, ReasonCode};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust file of the service, by its path below `src/`, without its tests.
fn sources() -> Vec<(String, String)> {
    let root = repository().join("crates/provisioner/src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 20, "only {} sources found", files.len());
    files
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            files.push((path.strip_prefix(root).unwrap().display().to_string(), code));
        }
    }
}

#[test]
fn every_reason_has_its_heading_in_failures() {
    let page = read("docs/failures.md");
    let headings: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    let codes: BTreeSet<&str> = ReasonCode::ALL.into_iter().map(ReasonCode::as_str).collect();
    assert_eq!(headings, codes, "docs/failures.md and ReasonCode");
}

#[test]
fn the_chart_sets_exactly_what_the_configuration_reads() {
    let template = read("helm-charts/store-platform/charts/provisioner/templates/deployment.yaml");
    let set: BTreeSet<&str> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- name: "))
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'))
        .collect();
    // For running outside a cluster only.
    let by_hand = BTreeSet::from(["TOKEN_FILE"]);
    let read: BTreeSet<&str> = config::names().into_iter().filter(|name| !by_hand.contains(name)).collect();
    assert_eq!(set, read, "the provisioner chart's env and config::names()");
}

#[test]
fn the_rooms_know_only_whom_they_may_know() {
    // Room, what it must not name, why.
    let rules: [(&str, &[&str], &str); 4] = [
        ("http/", &["crate::worker", "cluster::real", "kube::", "k8s_openapi"], "http and worker meet in the database"),
        (
            "worker/",
            &["crate::http", "cluster::real", "kube::", "k8s_openapi", "sqlx::query"],
            "the worker sees the trait Cluster",
        ),
        ("db/", &["crate::http", "crate::worker", "cluster::real", "kube::"], "the database knows no room above it"),
        ("cluster/", &["crate::http", "crate::worker", "sqlx"], "the cluster knows neither API nor database"),
    ];
    for (file, code) in sources() {
        for (room, forbidden, why) in rules {
            if !file.starts_with(room) {
                continue;
            }
            for word in forbidden {
                assert!(!code.contains(word), "src/{file} names {word}: {why}");
            }
        }
    }
}

#[test]
fn one_room_each_for_the_cluster_the_environment_and_processes() {
    for (file, code) in sources() {
        let cluster = file.starts_with("cluster/");
        assert!(cluster || !(code.contains("kube::") || code.contains("k8s_openapi")), "src/{file} knows Kubernetes");
        assert!(cluster || !code.contains("Command::new"), "src/{file} starts processes");
        let reads = code.contains("env::var") || code.contains("use std::env");
        assert!(file == "config.rs" || !reads, "src/{file} reads the environment; only config.rs does");
        assert!(file.starts_with("db/") || !code.contains("sqlx::query"), "src/{file} holds SQL; only db/ does");
    }
}

/// What is one engine's stands in three modules of that name; everybody else reads it there.
#[test]
fn the_engines_are_named_in_their_own_modules_only() {
    let crates = repository().join("crates");
    let own = ["store-model/src/engine", "shopper/src/engine.rs", "shopper/src/woocommerce", "shopper/src/medusa"];
    let mut checked = 0;
    for name in ["store-model", "store-api", "shopper", "provisioner", "storectl", "xtask"] {
        let root = crates.join(name).join("src");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        for (file, code) in files {
            let path = format!("{name}/src/{file}");
            // The chart's own defaults, as `values.yaml` has them, and the images' recipes name what they are of; the
            // browser's tests walk through the pages of one engine's storefront.
            let other = [
                "store-model/src/values/defaults.rs",
                "xtask/src/images/",
                "xtask/src/bench",
                "xtask/src/test/browser.rs",
            ];
            if own.iter().chain(&other).any(|place| path.starts_with(place)) {
                continue;
            }
            checked += 1;
            for engine in Engine::ALL {
                let variant = format!("Engine::{engine:?}");
                assert!(!code.contains(&variant), "crates/{path} asks for {variant}: say it in the engine's Spec");
                for workload in engine.spec().workloads {
                    let literal = format!("\"{}\"", workload.name);
                    assert!(!code.contains(&literal), "crates/{path} names {literal}: ask the Spec for its workloads");
                }
            }
        }
    }
    assert!(checked > 60, "only {checked} sources found");
}

/// A machine's wall clock may be wrong and may jump: what is due and whose claim it is are told by the database's clock and
/// by monotonic time.
#[test]
fn no_claim_and_no_wait_hangs_on_a_wall_clock() {
    for (file, code) in sources() {
        if ["worker/", "db/", "lease.rs"].iter().any(|room| file.starts_with(room)) {
            for word in ["SystemTime", "Timestamp::now", "Zoned::now", "Utc::now", "chrono::"] {
                assert!(!code.contains(word), "src/{file} asks the wall clock by {word}");
            }
        }
    }
}

#[test]
fn helm_is_never_told_to_wait_or_given_values_as_arguments() {
    let code = sources().into_iter().find(|(file, _)| file == "cluster/real/helm.rs").unwrap().1;
    for word in ["--wait", "--set", "--atomic", "\"sh\"", "\"-c\""] {
        assert!(!code.contains(word), "helm.rs passes {word}");
    }
}

#[test]
fn no_file_has_two_jobs() {
    for (file, _) in sources() {
        let lines = read(&format!("crates/provisioner/src/{file}")).lines().count();
        assert!(lines <= 500, "src/{file} has {lines} lines; past 500 a room has two jobs");
    }
}
