//! What the provisioner may do, asked of the API server in the provisioner's own name.

use anyhow::{Context as _, Result, ensure};
use e2e::{NAMESPACE, PROVISIONER, World, undisturbed};
use serde_json::{Value, json};

/// What a namespace must carry to be the provisioner's.
const ID: &str = "se2eproberig";
const READS: [&str; 3] = ["get", "list", "watch"];

fn me() -> String {
    format!("--as=system:serviceaccount:{NAMESPACE}:{PROVISIONER}")
}

/// The rules that hold for the provisioner in a namespace, as `kubectl auth can-i --list` shows them.
async fn rules(world: &World, namespace: &str) -> Result<(Vec<Value>, Vec<Value>)> {
    let table = world.kubectl.ask(&["auth", "can-i", "--list", "--namespace", namespace, &me()]).await?;
    println!("may do in {namespace}:\n{table}");
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": { "namespace": namespace },
    });
    // Validation on this side would list CRDs, which the provisioner may not; the API server validates all the same.
    let create = ["create", "--validate=false", "--filename=-", "--output=json", &me()];
    let answer = world.kubectl.give(&create, &review).await?;
    let answer: Value = serde_json::from_str(&answer)?;
    ensure!(answer["status"]["incomplete"] != true, "the list is incomplete: {answer}");
    let list = |key: &str| answer["status"][key].as_array().cloned().with_context(|| format!("no {key}: {answer}"));
    Ok((list("resourceRules")?, list("nonResourceRules")?))
}

fn words(rule: &Value, key: &str) -> Vec<String> {
    let words = rule[key].as_array().cloned().unwrap_or_default();
    words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_provisioner_has_no_secrets_no_stars_and_writes_no_roles() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    for namespace in ["kube-system", "default", NAMESPACE] {
        let (resources, paths) = rules(&world, namespace).await?;
        ensure!(resources.len() > 3, "a provisioner without rights could not work: {resources:?}");
        for rule in &resources {
            let (verbs, kinds, names) = (words(rule, "verbs"), words(rule, "resources"), words(rule, "resourceNames"));
            let has = |word: &str| kinds.iter().any(|kind| kind == word || kind.starts_with(&format!("{word}/")));
            ensure!(!verbs.contains(&"*".to_owned()) && !kinds.contains(&"*".to_owned()), "a star: {rule}");
            ensure!(!words(rule, "apiGroups").contains(&"*".to_owned()), "a star: {rule}");
            // Its own token and nothing else, and only where it lives.
            let own = namespace == NAMESPACE && (!names.is_empty() || verbs == ["create"]);
            ensure!(!has("secrets") || own, "secrets in {namespace}: {rule}");
            let writes = verbs.iter().any(|verb| !READS.contains(&verb.as_str()));
            if has("clusterroles") || has("roles") {
                let binds_one = verbs == ["bind"] && names.len() == 1;
                ensure!(!writes || binds_one, "writes roles: {rule}");
            }
            ensure!(!has("clusterrolebindings") || !writes, "binds cluster-wide: {rule}");
            ensure!(!verbs.iter().any(|verb| verb == "escalate" || verb == "impersonate"), "{rule}");
        }
        for rule in &paths {
            let (verbs, paths) = (words(rule, "verbs"), words(rule, "nonResourceURLs"));
            ensure!(verbs == ["get"] && !paths.contains(&"*".to_owned()), "paths: {rule}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_admission_policy_pins_the_provisioner_to_namespaces_of_ours() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    let kubectl = &world.kubectl;
    let create = ["create", "--filename=-", "--dry-run=server", &me()];

    // The same deed is allowed where it belongs, so the refusals below are the policy's and not somebody else's.
    let ours = namespace(&format!("store-{ID}"), true);
    kubectl.give(&create, &ours).await.context("a namespace for a store")?;

    let by_policy = |refusal: &str| refusal.contains("ValidatingAdmissionPolicy");
    for (object, what) in [
        (namespace("e2e-not-ours", false), "a namespace without our labels"),
        (namespace("e2e-not-ours", true), "our labels under another name"),
        (namespace(&format!("store-{ID}"), false), "our name without our labels"),
        (binding("kube-system"), "a binding in kube-system"),
        (binding("default"), "a binding in default"),
        (binding(NAMESPACE), "a binding where the platform's own Secrets are"),
    ] {
        let refusal = kubectl.refused(&create, Some(&object)).await.context(what)?;
        ensure!(by_policy(&refusal), "{what} was refused for another reason: {refusal}");
    }
    // Not kube-system and default: those are refused to everybody.
    for foreign in ["kube-node-lease", NAMESPACE] {
        let delete = ["delete", "namespace", foreign, "--dry-run=server", &me()];
        let refusal = kubectl.refused(&delete, None).await?;
        ensure!(by_policy(&refusal), "the deletion of {foreign} was refused for another reason: {refusal}");
    }
    Ok(())
}

fn namespace(name: &str, labelled: bool) -> Value {
    let labels = if labelled {
        json!({
            "store-platform.dev/id": ID,
            "app.kubernetes.io/part-of": "store-platform",
            "app.kubernetes.io/managed-by": "store-platform-provisioner",
            "pod-security.kubernetes.io/enforce": "restricted",
        })
    } else {
        json!({})
    };
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } })
}

/// The binding that the provisioner makes in a store's namespace, in a place where it must not.
fn binding(namespace: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": "store-manager", "namespace": namespace },
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "store-platform-store-manager",
        },
        "subjects": [{ "kind": "ServiceAccount", "name": PROVISIONER, "namespace": NAMESPACE }],
    })
}
