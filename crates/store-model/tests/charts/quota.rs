use std::collections::BTreeMap;

use serde_json::Value;
use store_model::{Engine, Plan};

use crate::agreement::stores;
use crate::files::{kind, pods};

/// cert-manager's own default for the pod that answers an ACME challenge.
const SOLVER: [(&str, &str); 4] =
    [("requests.cpu", "10m"), ("requests.memory", "64Mi"), ("limits.cpu", "100m"), ("limits.memory", "64Mi")];

/// Everything that may run at once fits: servers, those that come before the old ones go, one cron run, the test pod and
/// one certificate solver.
#[test]
fn every_plan_fits_into_its_quota() {
    for (engine, plan, objects) in stores() {
        let place = format!("{} {}", engine.as_str(), plan.as_str());
        let mut sums: BTreeMap<String, u64> = SOLVER.map(|(key, text)| (key.to_owned(), milli(text))).into();
        let mut count = 1;
        for object in &objects {
            let Some((pod, _)) = pods(object) else { continue };
            let at_once = 1 + surge(object);
            count += at_once;
            for list in ["requests", "limits"] {
                for resource in ["cpu", "memory"] {
                    let of = |key: &str| -> Vec<u64> {
                        let containers = pod[key].as_array().into_iter().flatten();
                        containers.map(|c| milli(c["resources"][list][resource].as_str().unwrap())).collect()
                    };
                    // Init containers run one after the other, before the others.
                    let most = of("initContainers").into_iter().chain([of("containers").iter().sum()]).max().unwrap();
                    *sums.entry(format!("{list}.{resource}")).or_default() += most * at_once;
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
            assert!(*sum <= limit, "{place}: {key} needs {sum}, quota {limit} (thousandths)");
        }
        assert!(count <= hard["pods"].as_str().unwrap().parse::<u64>().unwrap(), "{place}: pods");
        assert_eq!(claims.to_string(), hard["persistentvolumeclaims"].as_str().unwrap());
    }
}

/// Pods that come before the old ones go.
fn surge(object: &Value) -> u64 {
    let strategy = &object["spec"]["strategy"];
    if kind(object) != "Deployment" || strategy["type"] == "Recreate" {
        return 0;
    }
    strategy["rollingUpdate"]["maxSurge"].as_u64().unwrap()
}

/// What a server is told to take, and what it takes beside that, is within its limit, or the kernel kills it.
#[test]
fn every_server_s_own_memory_fits_into_its_limit() {
    for (engine, plan, objects) in stores() {
        for (workload, told, beside) in memory(engine, plan) {
            let container = container(&objects, workload);
            let words =
                container["args"].as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned());
            let heap = container["env"].as_array().into_iter().flatten().filter(|v| v["name"] == "NODE_HEAP_MB");
            let heap = heap.map(|v| format!("NODE_HEAP_MB={}M", v["value"].as_str().unwrap()));
            let all: Vec<String> = words.chain(heap).collect();
            let at = all.iter().position(|word| word.starts_with(told)).unwrap_or_else(|| panic!("{workload} {told}"));
            let value = all[at].strip_prefix(told).filter(|rest| !rest.is_empty()).unwrap_or_else(|| &all[at + 1]);
            let value = milli(&format!("{}i", value.trim_end_matches(['b', 'B']).to_uppercase()));
            let limit = milli(container["resources"]["limits"]["memory"].as_str().unwrap());
            let place = format!("{} {} {workload}", engine.as_str(), plan.as_str());
            assert!(value + milli(beside) <= limit, "{place}: {value} and {beside}, limit {limit} (thousandths)");
        }
    }
}

/// Workload, what it is told its memory by, what it needs beside (measured).
fn memory(engine: Engine, plan: Plan) -> Vec<(&'static str, &'static str, &'static str)> {
    match engine {
        Engine::Woocommerce => vec![("mysql", "--innodb-buffer-pool-size=", "230Mi")],
        Engine::Medusa => {
            let mut all = vec![
                ("postgres", "shared_buffers=", "100Mi"),
                ("valkey", "--maxmemory", "16Mi"),
                ("medusa", "NODE_HEAP_MB=", "160Mi"),
            ];
            if plan != Plan::Small {
                all.push(("medusa-worker", "NODE_HEAP_MB=", "160Mi"));
            }
            all
        }
    }
}

fn container<'a>(objects: &'a [Value], workload: &str) -> &'a Value {
    let servers = objects.iter().filter(|o| ["Deployment", "StatefulSet"].contains(&kind(o)));
    let found = servers.into_iter().find(|o| o["metadata"]["name"] == workload);
    &found.unwrap_or_else(|| panic!("no {workload}"))["spec"]["template"]["spec"]["containers"][0]
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
