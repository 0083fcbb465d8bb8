//! Fixed waits: the seconds before Ready that come from a chart's numbers alone, at worst. Shared by the chart tests and
//! the example `fixed_waits`.

use serde_json::Value;

/// The sum over everything that runs for good: `sleep`s in commands, and for each container the gate that it must pass:
/// its startup probe where it has one (readiness is then asked at once), else its readiness probe; a gate costs its
/// initial delay and, at worst, one whole period.
pub fn fixed_waits(objects: &[Value]) -> u64 {
    objects
        .iter()
        .filter(|object| ["Deployment", "StatefulSet"].contains(&object["kind"].as_str().unwrap_or_default()))
        .map(|object| pod_waits(&object["spec"]["template"]["spec"]))
        .sum()
}

fn pod_waits(pod: &Value) -> u64 {
    let list = |key: &str| pod[key].as_array().into_iter().flatten();
    let sleeps: u64 = list("initContainers").chain(list("containers")).map(container_sleeps).sum();
    let gates: u64 = list("containers").map(container_gate).sum();
    sleeps + gates
}

fn container_sleeps(container: &Value) -> u64 {
    let texts = ["command", "args"].into_iter().flat_map(|key| container[key].as_array().into_iter().flatten());
    let words: Vec<_> = texts.filter_map(Value::as_str).flat_map(str::split_whitespace).collect();
    words
        .windows(2)
        .filter(|pair| pair[0] == "sleep")
        .filter_map(|pair| pair[1].trim_end_matches(';').parse::<u64>().ok())
        .sum()
}

fn container_gate(container: &Value) -> u64 {
    let startup = &container["startupProbe"];
    let gate = if startup.is_null() { &container["readinessProbe"] } else { startup };
    if gate.is_null() {
        return 0;
    }
    // Kubernetes' own default period is ten seconds.
    gate["initialDelaySeconds"].as_u64().unwrap_or(0) + gate["periodSeconds"].as_u64().unwrap_or(10)
}
