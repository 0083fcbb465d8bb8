//! Every key of every values.yaml is used: changing it changes what is rendered, in one case at least.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::files::{CHARTS, Case, cases, chart, read};
use crate::helm;

/// Keys that Helm itself reads, or that another chart's case shows.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("dashboard", "/enabled", "the umbrella's condition"),
    ("provisioner", "/enabled", "the umbrella's condition"),
    ("store-platform", "/store-engine/enabled", "the chart renders nothing by itself; the schema pins it to false"),
];

#[test]
fn every_value_is_used() {
    let cases = cases("cases");
    let mut unused = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = CHARTS
            .into_iter()
            .map(|(name, directory)| {
                let own: Vec<_> = cases.iter().filter(|case| case.chart == name).collect();
                scope.spawn(move || unused_in(name, directory, &own))
            })
            .collect();
        for thread in threads {
            unused.extend(thread.join().unwrap());
        }
    });
    assert!(unused.is_empty(), "no case of tests/charts/cases changes when these change: {unused:#?}");
}

fn unused_in(name: &str, directory: &str, cases: &[&Case]) -> Vec<String> {
    let defaults: Value = serde_saphyr::from_str(&read(&chart(directory).join("values.yaml"))).unwrap();
    let mut leaves = Vec::new();
    leaves_of(&defaults, String::new(), &mut leaves);
    // The schema is left aside: a value that it refuses would prove nothing about the templates.
    let render = |values: &[PathBuf]| helm::render(directory, values, &["--skip-schema-validation"]);
    let bases: Vec<_> = cases.iter().map(|case| (case.values(), render(&case.values()))).collect();
    leaves
        .into_iter()
        .filter(|path| !ELSEWHERE.iter().any(|(chart, key, _)| *chart == name && key == path))
        .filter(|path| {
            !bases.iter().enumerate().any(|(number, (files, base))| {
                let now = effective(&defaults, files).pointer(path).cloned().unwrap_or(Value::Null);
                let file = scratch(name, number, &nest(path, &other(&now)));
                let mut values = files.clone();
                values.push(file);
                render(&values) != *base
            })
        })
        .map(|path| format!("{name} {path}"))
        .collect()
}

/// A map with keys of its own is walked into; anything else is a leaf. Keys may hold dots and slashes.
fn leaves_of(value: &Value, path: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, inner) in map {
                leaves_of(inner, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), leaves);
            }
        }
        _ => leaves.push(path),
    }
}

fn effective(defaults: &Value, files: &[PathBuf]) -> Value {
    let mut all = defaults.clone();
    for file in files {
        let value: Value = serde_saphyr::from_str(&read(file)).unwrap_or(Value::Null);
        merge(&mut all, &value);
    }
    all
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from.clone(),
    }
}

/// Something else of the same type.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(yes) => json!(!yes),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}x")),
        Value::Array(_) => json!(["mutant"]),
        Value::Object(_) => json!({"mutant": "mutant"}),
        Value::Null => json!("mutant"),
    }
}

fn nest(path: &str, value: &Value) -> Value {
    path.split('/').skip(1).collect::<Vec<_>>().into_iter().rev().fold(value.clone(), |inner, key| {
        let mut map = Map::new();
        map.insert(key.replace("~1", "/").replace("~0", "~"), inner);
        Value::Object(map)
    })
}

fn scratch(name: &str, number: usize, value: &Value) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("used-{name}-{number}.json"));
    fs::write(&path, value.to_string()).unwrap();
    path
}
