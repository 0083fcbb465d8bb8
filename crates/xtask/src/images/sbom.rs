//! What is in an image, for whoever must know: a CycloneDX document beside its archive. It is made of the image's record
//! and of what this checkout says about licences; the same record gives the same document.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::licences::{self, Licences};
use super::record::Record;
use super::sources;
use crate::test::Cargo;

const SPECIFICATION: &str = "1.6";
/// Where the record's names of npm packages begin; the others are Debian's.
const NPM: &str = "npm:";
const HELM: &str = "helm.sh/helm/v4";

/// One thing inside, under its package URL, by which others know it too.
struct Part {
    name: String,
    version: String,
    url: String,
    /// As its author states it, where that is known.
    licence: Option<String>,
}

/// Beside the archive; written where it is not there yet.
pub fn ensure(images: &Path, name: &str, tag: &str) -> Result<PathBuf> {
    let path = path(images, name, tag);
    if path.exists() {
        return Ok(path);
    }
    write(images, name, tag)
}

/// Written anew, from the record as it is now.
pub fn write(images: &Path, name: &str, tag: &str) -> Result<PathBuf> {
    let record = Record::load(images, name, tag)?;
    let app = sources(name)?.join("app");
    let licences = if app.join("package-lock.json").exists() { licences::of(&app)? } else { Licences::new() };
    let mut parts = packages(&record, &licences);
    parts.extend(others(name)?);
    let path = path(images, name, tag);
    let text = serde_json::to_string_pretty(&document(name, tag, &record, parts))?;
    fs::write(&path, text + "\n").with_context(|| format!("write {}", path.display()))?;
    Ok(path)
}

fn path(images: &Path, name: &str, tag: &str) -> PathBuf {
    images.join(format!("{name}-{tag}.cdx.json"))
}

fn packages(record: &Record, licences: &Licences) -> Vec<Part> {
    let mut parts = Vec::new();
    for (name, versions) in &record.packages {
        for version in versions {
            parts.push(match name.strip_prefix(NPM) {
                Some(name) => Part {
                    name: name.to_owned(),
                    version: version.clone(),
                    url: format!("pkg:npm/{}@{}", escape(name), escape(version)),
                    licence: licences.get(&format!("{name} {version}")).cloned(),
                },
                None => Part {
                    name: name.clone(),
                    version: version.clone(),
                    url: format!("pkg:deb/debian/{}@{}", escape(name), escape(version)),
                    licence: None,
                },
            });
        }
    }
    parts
}

/// What no package manager put there.
fn others(name: &str) -> Result<Vec<Part>> {
    match name {
        "provisioner" => {
            let mut parts = crates(name)?;
            parts.push(helm()?);
            Ok(parts)
        }
        "storefront" => crates(name),
        "woocommerce" => Ok(vec![Part {
            name: "woocommerce".to_owned(),
            version: super::WOOCOMMERCE_VERSION.to_owned(),
            url: format!("pkg:generic/woocommerce@{}", super::WOOCOMMERCE_VERSION),
            licence: Some("GPL-3.0-or-later".to_owned()),
        }]),
        _ => Ok(Vec::new()),
    }
}

/// The crates that one of ours is compiled of, by the lock file.
fn crates(package: &str) -> Result<Vec<Part>> {
    let mut tree = Cargo::command();
    tree.args(["tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none", "--no-dedupe"]);
    let output = tree.args(["--format", "{p}|{l}"]).output().context("run cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree --package {package}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter(|line| !line.is_empty()).map(parse_crate).collect()
}

/// `name v1.2.3 (where it is from)|licence`; where it is from may be a path of this machine and is left out.
fn parse_crate(line: &str) -> Result<Part> {
    let what = || format!("cargo tree printed {line:?}");
    let (package, licence) = line.rsplit_once('|').with_context(what)?;
    let mut words = package.split_whitespace();
    let name = words.next().with_context(what)?;
    let version = words.next().and_then(|word| word.strip_prefix('v')).with_context(what)?;
    Ok(Part {
        name: name.to_owned(),
        version: version.to_owned(),
        url: format!("pkg:cargo/{}@{}", escape(name), escape(version)),
        // Crates of before SPDX expressions wrote a slash.
        licence: Some(licence.replace('/', " OR ")).filter(|licence| !licence.is_empty()),
    })
}

/// Built from the modules that the embedded cluster's go.mod pins.
fn helm() -> Result<Part> {
    let path = crate::platform::repository()?.join("local-cluster/node/go.mod");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let required = text.lines().find_map(|line| line.trim().strip_prefix(HELM)?.strip_prefix(' '));
    let version = required.and_then(|rest| rest.split_whitespace().next());
    let version = version.with_context(|| format!("{} does not require {HELM}", path.display()))?;
    Ok(Part {
        name: HELM.to_owned(),
        version: version.to_owned(),
        url: format!("pkg:golang/{HELM}@{version}"),
        licence: Some("Apache-2.0".to_owned()),
    })
}

fn document(name: &str, tag: &str, record: &Record, parts: Vec<Part>) -> Value {
    // By URL: crates come once for each way that leads to them.
    let parts: BTreeMap<String, Part> = parts.into_iter().map(|part| (part.url.clone(), part)).collect();
    let components: Vec<Value> = parts.into_values().map(component).collect();
    let mut image = json!({
        "type": "container",
        "bom-ref": record.reference,
        "name": format!("store-platform/{name}"),
        "version": tag,
        "properties": [{ "name": "store-platform:archive-bytes", "value": record.bytes.to_string() }],
    });
    if let Some(hex) = record.digest.strip_prefix("sha256:") {
        image["hashes"] = json!([{ "alg": "SHA-256", "content": hex }]);
    }
    json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json"),
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": { "component": image },
        "components": components,
    })
}

fn component(part: Part) -> Value {
    let Part { name, version, url, licence } = part;
    let mut component = json!({ "type": "library", "bom-ref": url, "name": name, "version": version, "purl": url });
    if let Some(licence) = licence {
        let is_expression = licence.contains([' ', '(']);
        component["licenses"] =
            if is_expression { json!([{ "expression": licence }]) } else { json!([{ "license": { "id": licence } }]) };
    }
    component
}

/// A package URL's rule: everything but letters, digits and `.-_~` is escaped, the slash of a scope or a path is not.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte));
            }
            other => escaped.extend(["%", &format!("{other:02X}")]),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn record(packages: &[(&str, &[&str])]) -> Record {
        let versions = |versions: &[&str]| versions.iter().map(|&version| version.to_owned()).collect::<BTreeSet<_>>();
        Record {
            reference: "docker.io/store-platform/web:1".to_owned(),
            digest: format!("sha256:{}", "a".repeat(64)),
            bytes: 7,
            packages: packages.iter().map(|&(name, list)| (name.to_owned(), versions(list))).collect(),
        }
    }

    #[test]
    fn every_package_in_every_version_is_a_component_with_its_url_and_licence() {
        let record = record(&[("libstdc++6", &["14.2.0-19"]), ("npm:@b/c", &["1.0.0", "2.0.0"])]);
        let licences = Licences::from([("@b/c 1.0.0".to_owned(), "(MIT OR CC0-1.0)".to_owned())]);
        let document = document("web", "1", &record, packages(&record, &licences));
        let urls: Vec<&str> =
            document["components"].as_array().unwrap().iter().map(|each| each["purl"].as_str().unwrap()).collect();
        assert_eq!(urls, ["pkg:deb/debian/libstdc%2B%2B6@14.2.0-19", "pkg:npm/%40b/c@1.0.0", "pkg:npm/%40b/c@2.0.0"]);
        assert_eq!(document["components"][1]["licenses"], json!([{ "expression": "(MIT OR CC0-1.0)" }]));
        assert_eq!(document["components"][2]["licenses"], Value::Null);
        assert_eq!(document["metadata"]["component"]["hashes"][0]["content"], "a".repeat(64));
    }

    #[test]
    fn a_crate_is_known_without_where_it_lies() {
        let part = parse_crate("provisioner v0.1.0 (/somewhere/crates/provisioner)|MIT/Apache-2.0").unwrap();
        assert_eq!(
            (part.url.as_str(), part.licence.as_deref()),
            ("pkg:cargo/provisioner@0.1.0", Some("MIT OR Apache-2.0"))
        );
        assert!(parse_crate("nameless|MIT").is_err());
    }

    #[test]
    fn the_provisioner_is_made_of_crates_and_helm() {
        let parts = others("provisioner").unwrap();
        let has = |name: &str| parts.iter().any(|part| part.name == name);
        assert!(has("axum") && has("kube") && has(HELM), "{} parts", parts.len());
        assert!(parts.iter().all(|part| part.licence.is_some()));
    }
}
