//! The store's network policies, evaluated as Kubernetes does: who reaches whom. (That the cluster enforces them is an
//! end-to-end test's matter.)

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use store_model::{Engine, Plan};

use crate::agreement::{render, values};
use crate::files::kind;

enum Peer {
    /// A pod of the store, by name and component.
    Pod(&'static str, &'static str),
    /// A pod in another namespace.
    Namespace(&'static str),
    Address(Ipv4Addr),
}

use Peer::{Address, Namespace, Pod};

const METADATA: Peer = Address(Ipv4Addr::new(169, 254, 169, 254));
const PRIVATE: Peer = Address(Ipv4Addr::new(10, 96, 0, 1));
const INTERNET: Peer = Address(Ipv4Addr::new(203, 0, 113, 7));
const CUSTOMERS: Peer = Namespace("projectcontour");
const NEIGHBOUR: Peer = Namespace("store-s9999999999z");
const NAMES: Peer = Namespace("kube-system");
/// Whatever else starts in the namespace.
const OTHER: Peer = Pod("other", "other");

/// From, to, port, protocol, whether it may.
type Flow = (Peer, Peer, u16, &'static str, bool);

#[test]
fn a_woocommerce_store_has_these_flows_and_no_others() {
    const APP: Peer = Pod("wordpress", "app");
    const CRON: Peer = Pod("wordpress", "cron");
    const TEST: Peer = Pod("wordpress", "test");
    const DATABASE: Peer = Pod("mysql", "database");
    let flows = [
        (CUSTOMERS, APP, 8080, "TCP", true),
        (CUSTOMERS, DATABASE, 3306, "TCP", false),
        (NEIGHBOUR, APP, 8080, "TCP", false),
        (NEIGHBOUR, DATABASE, 3306, "TCP", false),
        (INTERNET, APP, 8080, "TCP", false),
        (APP, DATABASE, 3306, "TCP", true),
        (CRON, DATABASE, 3306, "TCP", true),
        (APP, DATABASE, 33060, "TCP", false),
        (DATABASE, APP, 8080, "TCP", false),
        (CRON, APP, 8080, "TCP", false),
        (APP, NAMES, 53, "UDP", true),
        (APP, NAMES, 443, "TCP", false),
        (DATABASE, NAMES, 53, "UDP", false),
        (APP, INTERNET, 443, "TCP", true),
        (CRON, INTERNET, 587, "TCP", true),
        (APP, INTERNET, 25, "TCP", false),
        (APP, METADATA, 443, "TCP", false),
        (APP, PRIVATE, 443, "TCP", false),
        (DATABASE, INTERNET, 443, "TCP", false),
        (TEST, APP, 8080, "TCP", true),
        (TEST, INTERNET, 443, "TCP", false),
        (OTHER, DATABASE, 3306, "TCP", false),
        (OTHER, INTERNET, 443, "TCP", false),
    ];
    check(Engine::Woocommerce, Plan::Small, &flows);
}

#[test]
fn a_medusa_store_has_these_flows_and_no_others() {
    const SHOP: Peer = Pod("storefront", "storefront");
    const APP: Peer = Pod("medusa", "app");
    const WORKER: Peer = Pod("medusa-worker", "worker");
    const TEST: Peer = Pod("storefront", "test");
    const DATABASE: Peer = Pod("postgres", "database");
    const CACHE: Peer = Pod("valkey", "cache");
    let flows = [
        (CUSTOMERS, SHOP, 8080, "TCP", true),
        (CUSTOMERS, APP, 9000, "TCP", true),
        (CUSTOMERS, WORKER, 9000, "TCP", false),
        (CUSTOMERS, DATABASE, 5432, "TCP", false),
        (CUSTOMERS, CACHE, 6379, "TCP", false),
        (NEIGHBOUR, SHOP, 8080, "TCP", false),
        (NEIGHBOUR, APP, 9000, "TCP", false),
        (NEIGHBOUR, DATABASE, 5432, "TCP", false),
        (NEIGHBOUR, CACHE, 6379, "TCP", false),
        (INTERNET, SHOP, 8080, "TCP", false),
        (INTERNET, APP, 9000, "TCP", false),
        (SHOP, APP, 9000, "TCP", true),
        (SHOP, NAMES, 53, "UDP", true),
        (SHOP, WORKER, 9000, "TCP", false),
        (SHOP, DATABASE, 5432, "TCP", false),
        (SHOP, CACHE, 6379, "TCP", false),
        (SHOP, INTERNET, 443, "TCP", false),
        (APP, SHOP, 8080, "TCP", false),
        (APP, WORKER, 9000, "TCP", false),
        (APP, DATABASE, 5432, "TCP", true),
        (APP, CACHE, 6379, "TCP", true),
        (APP, NAMES, 53, "UDP", true),
        (APP, NAMES, 443, "TCP", false),
        (APP, INTERNET, 443, "TCP", true),
        (APP, INTERNET, 25, "TCP", false),
        (APP, METADATA, 443, "TCP", false),
        (APP, PRIVATE, 443, "TCP", false),
        (WORKER, APP, 9000, "TCP", false),
        (WORKER, DATABASE, 5432, "TCP", true),
        (WORKER, CACHE, 6379, "TCP", true),
        (WORKER, INTERNET, 443, "TCP", true),
        (WORKER, METADATA, 443, "TCP", false),
        (DATABASE, CACHE, 6379, "TCP", false),
        (DATABASE, APP, 9000, "TCP", false),
        (DATABASE, NAMES, 53, "UDP", false),
        (DATABASE, INTERNET, 443, "TCP", false),
        (CACHE, DATABASE, 5432, "TCP", false),
        (CACHE, NAMES, 53, "UDP", false),
        (CACHE, INTERNET, 443, "TCP", false),
        (TEST, SHOP, 8080, "TCP", true),
        (TEST, APP, 9000, "TCP", false),
        (TEST, INTERNET, 443, "TCP", false),
        (OTHER, DATABASE, 5432, "TCP", false),
        (OTHER, CACHE, 6379, "TCP", false),
        (OTHER, APP, 9000, "TCP", false),
        (OTHER, INTERNET, 443, "TCP", false),
    ];
    check(Engine::Medusa, Plan::Medium, &flows);
}

fn check(engine: Engine, plan: Plan, flows: &[Flow]) {
    let objects = render(&format!("flows-{}.json", engine.as_str()), &values(engine, plan));
    let policies: Vec<_> = objects.iter().filter(|o| kind(o) == "NetworkPolicy").map(|o| &o["spec"]).collect();
    for (number, (from, to, port, protocol, allowed)) in flows.iter().enumerate() {
        let out = passes(&policies, "Egress", from, to, *port, protocol);
        let inward = passes(&policies, "Ingress", to, from, *port, protocol);
        assert_eq!(out && inward, *allowed, "flow {number}: {protocol} {port}, out {out}, in {inward}");
    }
}

/// Whether the pod's side lets the flow pass: only pods of the store have policies.
fn passes(policies: &[&Value], direction: &str, pod: &Peer, other: &Peer, port: u16, protocol: &str) -> bool {
    let Pod(..) = pod else { return true };
    let selected: Vec<_> = policies
        .iter()
        .filter(|p| {
            p["policyTypes"].as_array().unwrap().contains(&json!(direction)) && selects(&p["podSelector"], &labels(pod))
        })
        .collect();
    let (rules, peers) = if direction == "Egress" { ("egress", "to") } else { ("ingress", "from") };
    selected.is_empty()
        || selected.iter().flat_map(|p| p[rules].as_array().into_iter().flatten()).any(|rule| {
            let ports = rule["ports"].as_array().unwrap();
            ports.iter().any(|p| p["port"] == port && p["protocol"] == protocol)
                && rule[peers].as_array().unwrap().iter().any(|peer| is(peer, other))
        })
}

fn is(peer: &Value, other: &Peer) -> bool {
    match other {
        Pod(..) => {
            peer["namespaceSelector"].is_null()
                && !peer["podSelector"].is_null()
                && selects(&peer["podSelector"], &labels(other))
        }
        Namespace(name) => {
            let labels = json!({"kubernetes.io/metadata.name": name});
            !peer["namespaceSelector"].is_null() && selects(&peer["namespaceSelector"], &labels)
        }
        Address(address) => {
            let inside = |cidr: &Value| {
                let (base, bits) = cidr.as_str().unwrap().split_once('/').unwrap();
                let (base, bits): (Ipv4Addr, u32) = (base.parse().unwrap(), bits.parse().unwrap());
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                u32::from(base) & mask == u32::from(*address) & mask
            };
            let block = &peer["ipBlock"];
            !block.is_null() && inside(&block["cidr"]) && !block["except"].as_array().into_iter().flatten().any(inside)
        }
    }
}

fn labels(peer: &Peer) -> Value {
    let Pod(name, component) = peer else { return json!({}) };
    json!({
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": "store-s0123456789a",
    })
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let exact = selector["matchLabels"].as_object().into_iter().flatten().all(|(key, value)| labels[key] == *value);
    let sets = selector["matchExpressions"].as_array().into_iter().flatten().all(|e| {
        assert_eq!(e["operator"], "In", "the only operator in use");
        e["values"].as_array().unwrap().contains(&labels[e["key"].as_str().unwrap()])
    });
    exact && sets
}
