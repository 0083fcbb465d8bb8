use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use store_model::Plan;

use crate::agreement::values;
use crate::files::{kind, objects, pods};
use crate::helm;

/// cert-manager's own default for the pod that answers an ACME challenge.
const SOLVER: [(&str, &str); 4] =
    [("requests.cpu", "10m"), ("requests.memory", "64Mi"), ("limits.cpu", "100m"), ("limits.memory", "64Mi")];

/// Everything that may run at once fits: servers, one cron run, the test pod and one certificate solver.
#[test]
fn every_plan_fits_into_its_quota() {
    for plan in Plan::ALL {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-{}.json", plan.as_str()));
        fs::write(&path, serde_json::to_vec(&values(plan)).unwrap()).unwrap();
        let objects = objects(&helm::render("store-instance", &[path], &[]).unwrap());
        let mut sums: BTreeMap<String, u64> = SOLVER.map(|(key, text)| (key.to_owned(), milli(text))).into();
        let mut count = 1;
        for (pod, _) in objects.iter().filter_map(pods) {
            count += 1;
            for list in ["requests", "limits"] {
                for resource in ["cpu", "memory"] {
                    let of = |key: &str| -> Vec<u64> {
                        let containers = pod[key].as_array().into_iter().flatten();
                        containers.map(|c| milli(c["resources"][list][resource].as_str().unwrap())).collect()
                    };
                    // Init containers run one after the other, before the others.
                    let most = of("initContainers").into_iter().chain([of("containers").iter().sum()]).max().unwrap();
                    *sums.entry(format!("{list}.{resource}")).or_default() += most;
                }
            }
        }
        let mut storage = 0;
        let mut claims = 0;
        for object in &objects {
            let templates = object["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
            let own = (kind(object) == "PersistentVolumeClaim").then_some(object);
            for claim in templates.chain(own) {
                storage += milli(claim["spec"]["resources"]["requests"]["storage"].as_str().unwrap());
                claims += 1;
            }
        }
        sums.insert("requests.storage".to_owned(), storage);
        let hard = &objects.iter().find(|o| kind(o) == "ResourceQuota").unwrap()["spec"]["hard"];
        for (key, sum) in &sums {
            let limit = milli(hard[key].as_str().unwrap());
            assert!(*sum <= limit, "{} plan: {key} needs {sum}, quota {limit} (thousandths)", plan.as_str());
        }
        assert!(count <= hard["pods"].as_str().unwrap().parse::<i32>().unwrap(), "pods");
        assert_eq!(claims.to_string(), hard["persistentvolumeclaims"].as_str().unwrap());
        database_cache_fits(&objects, plan);
    }
}

/// mysqld needs some 230 MiB beside its cache (measured), or the kernel kills it.
fn database_cache_fits(objects: &[Value], plan: Plan) {
    let database = objects.iter().find(|o| kind(o) == "StatefulSet").unwrap();
    let container = &database["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_array().unwrap();
    let cache = arguments.iter().find_map(|a| a.as_str().unwrap().strip_prefix("--innodb-buffer-pool-size=")).unwrap();
    let cache = milli(&format!("{cache}i"));
    let limit = milli(container["resources"]["limits"]["memory"].as_str().unwrap());
    assert!(cache + milli("230Mi") <= limit, "{} plan", plan.as_str());
}

/// A Kubernetes quantity in thousandths.
fn milli(text: &str) -> u64 {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..at].parse().unwrap();
    number
        * match &text[at..] {
            "m" => 1,
            "" => 1000,
            "Ki" => 1000 << 10,
            "Mi" => 1000 << 20,
            "Gi" => 1000 << 30,
            unit => panic!("unit {unit} of {text}"),
        }
}
