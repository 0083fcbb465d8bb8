//! What keeps a store to itself, as the cluster has it, and where its secrets are not. For every engine alike.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store_model::{SecretName, WorkloadKind};

use crate::{NAMESPACE, PROVISIONER, Store};

/// What the provisioner made up for a store, by `secret/key`.
pub type Minted = BTreeMap<String, String>;

/// Not made up, or not secret: two stores may well have the same.
const NOT_SECRET: [&str; 2] = ["app-credentials/admin-user", "app-credentials/admin-email"];

pub async fn minted(store: &Store) -> Result<Minted> {
    let spec = store.view.engine.spec();
    let mut minted = Minted::new();
    for name in SecretName::ALL {
        let secret = store.world.kubectl.json(&["get", "secret", name.as_str(), &store.scope()]).await?;
        let data = secret["data"].as_object().with_context(|| format!("Secret {} has no data", name.as_str()))?;
        for entry in spec.secret(name) {
            ensure!(data.contains_key(entry.key), "Secret {} has no {}", name.as_str(), entry.key);
        }
        for (key, value) in data {
            let place = format!("{}/{key}", name.as_str());
            let value = String::from_utf8(STANDARD.decode(value.as_str().context("base64")?)?)?;
            if !NOT_SECRET.contains(&place.as_str()) {
                ensure!(value.len() >= 16, "{place} is short enough to be guessed");
                minted.insert(place, value);
            }
        }
    }
    Ok(minted)
}

/// Two stores were not given the same secret.
pub fn nothing_in_common(one: &Minted, other: &Minted) -> Result<()> {
    ensure!(!one.is_empty(), "no secret to compare");
    for (place, value) in one {
        // Without the values: a failure must not print a password.
        ensure!(other.get(place) != Some(value), "both stores have the same {place}");
    }
    Ok(())
}

/// The namespace refuses what a tenant must not do, and every pod of the store keeps to it.
pub async fn stand(store: &Store) -> Result<()> {
    let kubectl = &store.world.kubectl;
    let namespace = store.scope();

    let privileged = pod(&json!({ "privileged": true }));
    let refusal =
        kubectl.refused(&["create", &namespace, "--dry-run=server", "--filename=-"], Some(&privileged)).await?;
    ensure!(refusal.contains("PodSecurity") && refusal.contains("restricted"), "refused for another reason: {refusal}");

    let quota = kubectl.items(&["get", "resourcequotas", &namespace]).await?;
    let hard = &quota.first().context("no ResourceQuota")?["status"]["hard"];
    for wanted in ["requests.cpu", "requests.memory", "limits.memory", "pods", "requests.storage"] {
        ensure!(hard[wanted].is_string(), "the quota has no {wanted}: {hard}");
    }
    for wanted in ["services.loadbalancers", "services.nodeports"] {
        assert_eq!(hard[wanted], "0", "{wanted} in the quota {hard}");
    }
    let limits = kubectl.items(&["get", "limitranges", &namespace]).await?;
    ensure!(!limits.is_empty(), "no LimitRange");

    let policies = kubectl.items(&["get", "networkpolicies.networking.k8s.io", &namespace]).await?;
    let denies_all = policies.iter().any(|policy| {
        let spec = &policy["spec"];
        let types = spec["policyTypes"].as_array().cloned().unwrap_or_default();
        spec["podSelector"].as_object().is_some_and(serde_json::Map::is_empty)
            && ["Ingress", "Egress"].iter().all(|kind| types.contains(&json!(kind)))
            && spec["ingress"].as_array().is_none_or(Vec::is_empty)
            && spec["egress"].as_array().is_none_or(Vec::is_empty)
    });
    ensure!(denies_all, "no NetworkPolicy denies everything both ways: {policies:?}");
    ensure!(policies.len() > 1, "nothing is let through either: {policies:?}");

    let pods = kubectl.items(&["get", "pods", &namespace, "--field-selector=status.phase=Running"]).await?;
    let workloads = store.workloads().count();
    ensure!(pods.len() >= workloads, "{} pods of {workloads} workloads run", pods.len());
    for pod in &pods {
        pod_keeps_to_it(pod)?;
    }
    // What the kernel says counts more than what the manifest says.
    let mut asked = 0;
    for workload in references(store) {
        let script = "id -u; if touch /e2e-probe 2>/dev/null; then echo writable; else echo read-only; fi; \
                      grep -E '^CapEff' /proc/self/status; ls /var/run/secrets 2>/dev/null || true";
        let said = match kubectl.ask(&["exec", &workload, &namespace, "--", "sh", "-c", script]).await {
            Ok(said) => said,
            // An image without a shell: an intruder has none either. Its pod's settings were looked at above.
            Err(error) if format!("{error:#}").contains("\"sh\": executable file not found") => continue,
            Err(error) => return Err(error),
        };
        asked += 1;
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        ensure!(lines.first().is_some_and(|uid| *uid != "0"), "{workload} runs as root: {said}");
        assert_eq!(lines.get(1), Some(&"read-only"), "the root file system of {workload}");
        ensure!(
            lines.get(2).is_some_and(|caps| caps.ends_with("0000000000000000")),
            "{workload} has capabilities: {said}"
        );
        assert_eq!(lines.get(3), None, "{workload} sees secrets of the cluster: {said}");
    }
    ensure!(asked >= 2, "only {asked} containers could be asked");
    Ok(())
}

/// Each workload as kubectl names it.
fn references(store: &Store) -> Vec<String> {
    let reference = |kind: WorkloadKind, name: &str| match kind {
        WorkloadKind::StatefulSet => format!("statefulset/{name}"),
        WorkloadKind::Deployment => format!("deployment/{name}"),
    };
    store.workloads().map(|workload| reference(workload.kind, workload.name)).collect()
}

fn pod_keeps_to_it(pod: &Value) -> Result<()> {
    let (name, spec) = (&pod["metadata"]["name"], &pod["spec"]);
    assert_eq!(spec["automountServiceAccountToken"], false, "{name}: the service account's token");
    assert_eq!(spec["enableServiceLinks"], false, "{name}: service links");
    let none = Vec::new();
    let of = |key: &str| spec[key].as_array().unwrap_or(&none).clone();
    for container in of("initContainers").iter().chain(&of("containers")) {
        let (what, security) = (format!("{name} {}", container["name"]), &container["securityContext"]);
        let inherited =
            |key: &str| if security[key].is_null() { &spec["securityContext"][key] } else { &security[key] };
        assert_eq!(*inherited("runAsNonRoot"), true, "{what}: runAsNonRoot");
        assert_eq!(inherited("seccompProfile")["type"], "RuntimeDefault", "{what}: seccomp");
        assert_eq!(security["readOnlyRootFilesystem"], true, "{what}: read-only root");
        assert_eq!(security["allowPrivilegeEscalation"], false, "{what}: privilege escalation");
        assert_eq!(security["capabilities"]["drop"], json!(["ALL"]), "{what}: capabilities");
        ensure!(container["resources"]["limits"]["memory"].is_string(), "{what} has no memory limit");
    }
    Ok(())
}

fn pod(security: &Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "e2e-probe" },
        "spec": { "containers": [{ "name": "probe", "image": "probe:1", "securityContext": security }] },
    })
}

/// None of a store's secrets is anywhere but in its Secrets: not in Helm's values, the manifest, other objects, the
/// cluster's or the API's events, the API's view, the provisioner's logs, metrics or command lines.
pub async fn keep_secrets(store: &Store, minted: &Minted) -> Result<()> {
    let world = &store.world;
    let (release, namespace) = (store.namespace(), store.scope());
    let kinds =
        "pods,deployments,statefulsets,configmaps,services,ingresses,events,cronjobs,jobs,persistentvolumeclaims";
    let metrics = format!("/api/v1/namespaces/{NAMESPACE}/services/{PROVISIONER}:http/proxy/metrics");
    let logs = format!("deployment/{PROVISIONER}");
    let mut places = vec![
        ("Helm's values", world.helm.ask(&["get", "values", &release, &namespace, "--all", "--output=json"]).await?),
        ("Helm's manifest", world.helm.ask(&["get", "manifest", &release, &namespace]).await?),
        ("the store's objects", world.kubectl.ask(&["get", kinds, &namespace, "--output=json"]).await?),
        ("the namespace", world.kubectl.ask(&["get", "namespace", &release, "--output=json"]).await?),
        ("the provisioner's log", world.kubectl.ask(&["logs", &logs, "--namespace", NAMESPACE]).await?),
        ("the metrics", world.kubectl.ask(&["get", "--raw", &metrics]).await?),
        ("the API's view", serde_json::to_string(&store.look().await?)?),
        ("the API's events", serde_json::to_string(&store.events().await?)?),
    ];
    for workload in references(store) {
        let logs = world.kubectl.ask(&["logs", &workload, &namespace, "--all-containers"]).await?;
        // A program that has nothing to say keeps no secret worth the name.
        if !logs.trim().is_empty() {
            places.push(("the pods' logs", logs));
        }
    }
    let own_page = store.visitor()?.open("/").await?;
    places.push(("the shop's home page", own_page.text()));
    for (place, text) in &places {
        ensure!(!text.trim().is_empty(), "{place} is empty: nothing was searched");
        for (secret, value) in minted {
            // Not an assertion on the text: a failure must not print what it complains about.
            ensure!(!text.contains(value.as_str()), "{secret} can be read in {place}");
            ensure!(!text.contains(&STANDARD.encode(value)), "{secret} can be read in {place}, in base64");
        }
    }
    Ok(())
}
