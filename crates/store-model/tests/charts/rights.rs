//! What the provisioner may do, read from the rendered RBAC. (That the API server agrees is an end-to-end test.)

use serde_json::Value;

use crate::files::{chart, kind, name, objects};
use crate::helm;

fn platform() -> Vec<Value> {
    objects(&helm::render("store-platform", &[chart("store-platform/values-local.yaml")], &[]).unwrap())
}

fn find<'a>(all: &'a [Value], wanted: &str, called: &str) -> &'a Value {
    all.iter().find(|o| kind(o) == wanted && name(o) == called).unwrap_or_else(|| panic!("{wanted} {called}"))
}

fn words(rule: &Value, key: &str) -> Vec<String> {
    rule[key].as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_right_is_a_star() {
    for object in platform().iter().filter(|o| ["Role", "ClusterRole"].contains(&kind(o))) {
        for rule in object["rules"].as_array().unwrap() {
            for key in ["verbs", "resources", "apiGroups"] {
                assert!(!words(rule, key).contains(&"*".to_owned()), "{}: {rule}", name(object));
            }
            for verb in ["escalate", "impersonate"] {
                assert!(!words(rule, "verbs").contains(&verb.to_owned()), "{}: {rule}", name(object));
            }
        }
    }
}

#[test]
fn cluster_wide_it_sees_no_secret_and_changes_no_role() {
    let all = platform();
    let bound: Vec<_> = all.iter().filter(|o| kind(o) == "ClusterRoleBinding").collect();
    assert_eq!(bound.len(), 1, "one role is bound cluster-wide, and only one");
    assert_eq!(bound[0]["roleRef"]["name"], "store-platform-provisioner");
    let reads = ["get", "list", "watch"];
    for rule in find(&all, "ClusterRole", "store-platform-provisioner")["rules"].as_array().unwrap() {
        let (resources, verbs) = (words(rule, "resources"), words(rule, "verbs"));
        for resource in &resources {
            match resource.as_str() {
                "secrets" | "configmaps" | "roles" | "serviceaccounts" | "pods/exec" => panic!("{rule}"),
                "namespaces" => assert_eq!(verbs, ["get", "list", "watch", "create", "delete"]),
                "rolebindings" => assert_eq!(verbs, ["get", "create"]),
                "clusterroles" => {
                    assert_eq!(verbs, ["bind"]);
                    assert_eq!(words(rule, "resourceNames"), ["store-platform-store-manager"]);
                }
                _ => assert_eq!(verbs, reads, "{resource}"),
            }
        }
    }
}

/// The role inside a store's namespace covers every object of the store's chart, and no role or binding.
#[test]
fn the_store_manager_can_install_a_store_and_no_more() {
    let all = platform();
    let rules = find(&all, "ClusterRole", "store-platform-store-manager")["rules"].as_array().unwrap();
    let may = |group: &str, resource: &str, verb: &str| {
        rules.iter().any(|rule| {
            let has = |key: &str, word: &str| words(rule, key).iter().any(|w| w == word);
            has("apiGroups", group) && has("resources", resource) && has("verbs", verb)
        })
    };
    let mut needed = vec![(String::new(), "secrets".to_owned())];
    for case in crate::files::cases("cases").iter().filter(|case| case.chart == "store-instance") {
        for object in objects(&helm::render_case(case)) {
            // `helm test` is run by people, with their own rights.
            if kind(&object) == "Pod" {
                continue;
            }
            let version = object["apiVersion"].as_str().unwrap();
            let group = version.split_once('/').map_or("", |(group, _)| group);
            needed.push((group.to_owned(), plural(kind(&object))));
        }
    }
    for (group, resource) in needed {
        for verb in ["get", "create", "patch", "delete"] {
            assert!(may(&group, &resource, verb), "{verb} {resource} in {group:?}");
        }
    }
    for resource in ["roles", "rolebindings", "serviceaccounts", "pods/exec", "namespaces"] {
        assert!(!rules.iter().any(|rule| words(rule, "resources").contains(&resource.to_owned())), "{resource}");
    }
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if lower.ends_with('s') => format!("{lower}es"),
        None => format!("{lower}s"),
    }
}

#[test]
fn a_policy_pins_its_writes() {
    let all = platform();
    let policy = &find(&all, "ValidatingAdmissionPolicy", "store-platform-provisioner")["spec"];
    assert_eq!(policy["failurePolicy"], "Fail");
    let expression = policy["matchConditions"][0]["expression"].as_str().unwrap();
    assert_eq!(
        expression,
        "request.userInfo.username == 'system:serviceaccount:store-platform:store-platform-provisioner'"
    );
    let rules = &policy["matchConstraints"]["resourceRules"];
    assert_eq!(rules[0]["resources"][0], "*/*");
    let binding = &find(&all, "ValidatingAdmissionPolicyBinding", "store-platform-provisioner")["spec"];
    assert_eq!(binding["policyName"], "store-platform-provisioner");
    assert_eq!(binding["validationActions"][0], "Deny");
}

/// It may make its token's Secret and read that one; no other Secret of its namespace.
#[test]
fn at_home_it_reads_one_secret() {
    let all = platform();
    let rules = find(&all, "Role", "store-platform-provisioner")["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    assert_eq!(words(&rules[0], "verbs"), ["create"]);
    assert_eq!(words(&rules[1], "verbs"), ["get"]);
    assert_eq!(words(&rules[1], "resourceNames"), ["store-platform-provisioner-token"]);
}
