use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The charts that have cases: (name in `tests/charts`, directory).
pub const CHARTS: [(&str, &str); 4] = [
    ("store-instance", "store-instance"),
    ("store-platform", "store-platform"),
    ("dashboard", "store-platform/charts/dashboard"),
    ("provisioner", "store-platform/charts/provisioner"),
];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub fn chart(directory: &str) -> PathBuf {
    root().join("helm-charts").join(directory)
}

pub fn tests() -> PathBuf {
    root().join("tests/charts")
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
}

/// Compares with a committed file, or rewrites it when `UPDATE_EXPECTED` is set.
pub fn expect_file(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if let Some((number, (old, new))) = expected.lines().zip(actual.lines()).enumerate().find(|(_, (a, b))| a != b) {
        panic!("{}:{}\n  expected {old}\n  rendered {new}\n{HINT}", path.display(), number + 1);
    }
    assert!(expected == actual, "{} differs in length\n{HINT}", path.display());
}

const HINT: &str = "If the change is meant, run again with UPDATE_EXPECTED=1 and read the difference.";

/// One case: a file of values, and what its head says.
pub struct Case {
    pub chart: &'static str,
    pub directory: &'static str,
    pub name: String,
    pub path: PathBuf,
    /// `# with: a.yaml`: values files of the chart that go first.
    pub with: Vec<PathBuf>,
    /// `# refused: …`: what the refusal must say.
    pub refused: Option<String>,
}

impl Case {
    pub fn values(&self) -> Vec<PathBuf> {
        let mut all = self.with.clone();
        all.push(self.path.clone());
        all
    }
}

/// The cases under `tests/charts/<folder>`, in order.
pub fn cases(folder: &str) -> Vec<Case> {
    let mut found = Vec::new();
    for (chart, directory) in CHARTS {
        let Ok(entries) = fs::read_dir(tests().join(folder).join(chart)) else { continue };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let text = read(&path);
            let head =
                |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|rest| rest.trim().to_owned());
            found.push(Case {
                chart,
                directory,
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                with: head("# with:").into_iter().map(|file| self::chart(directory).join(file)).collect(),
                refused: head("# refused:"),
                path,
            });
        }
    }
    assert!(!found.is_empty(), "no cases under tests/charts/{folder}");
    found
}

/// The objects of a rendered chart.
pub fn objects(yaml: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    all.into_iter().filter(|object| !object.is_null()).collect()
}

pub fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap()
}

pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

/// The pod specs in an object, and whether they run for good.
pub fn pods(object: &Value) -> Option<(&Value, bool)> {
    match kind(object) {
        "Deployment" | "StatefulSet" => Some((&object["spec"]["template"]["spec"], true)),
        "CronJob" => Some((&object["spec"]["jobTemplate"]["spec"]["template"]["spec"], false)),
        "Job" => Some((&object["spec"]["template"]["spec"], false)),
        "Pod" => Some((&object["spec"], false)),
        _ => None,
    }
}
