//! What npm's packages may be redistributed under: every package of a lock file, those that only build included, since
//! the admin's bundle is made of some of them. The image's build holds what is left after trimming against the same list.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// Beside an app's package-lock.json.
const LIST: &str = "licences.json";
const LOCK: &str = "package-lock.json";

/// `name version` -> licence, of every package that the lock file names.
pub type Licences = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    /// As npm states them.
    allowed: Vec<String>,
    /// `name version` of packages whose licence the lock file does not know.
    named: BTreeMap<String, Named>,
    /// `name version` of packages of which nothing gets into the image.
    build_only: BTreeMap<String, Named>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    licence: String,
    because: String,
}

#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    /// Only where it is not that of its directory.
    name: Option<String>,
    version: Option<String>,
    license: Option<String>,
}

/// The licences of an app's packages; an error names those that are not on its list.
pub fn of(app: &Path) -> Result<Licences> {
    let read =
        |name: &str| fs::read_to_string(app.join(name)).with_context(|| format!("read {name} of {}", app.display()));
    let list: List = serde_json::from_str(&read(LIST)?).with_context(|| format!("read {LIST}"))?;
    let lock: Lock = serde_json::from_str(&read(LOCK)?).with_context(|| format!("read {LOCK}"))?;
    check(&list, &lock)
}

fn check(list: &List, lock: &Lock) -> Result<Licences> {
    let List { allowed, named, build_only } = list;
    let (mut licences, mut refused) = (Licences::new(), Vec::new());
    // The first entry, with an empty path, is the app itself.
    for (path, Locked { name, version, license }) in lock.packages.iter().filter(|(path, _)| !path.is_empty()) {
        let name = name.as_deref().or(path.rsplit("node_modules/").next()).unwrap_or_default();
        let package = format!("{name} {}", version.as_deref().unwrap_or("of no version"));
        let excused = named.get(&package).filter(|_| license.is_none()).or(build_only.get(&package));
        let licence = match (license, excused) {
            (Some(licence), _) if allowed.contains(licence) => licence,
            (stated, Some(Named { licence, because: _ })) if stated.as_ref().is_none_or(|stated| stated == licence) => {
                licence
            }
            (stated, _) => {
                refused.push(format!("{package}: {}", stated.as_deref().unwrap_or("no licence is named")));
                continue;
            }
        };
        licences.insert(package, licence.clone());
    }
    ensure!(
        refused.is_empty(),
        "licences that are not on the list: {}; leave the package out, or put it on {LIST} with the reason",
        refused.join(", ")
    );
    // An excuse that nobody needs any more would let the next package of that name pass unread.
    let idle: Vec<&String> =
        named.keys().chain(build_only.keys()).filter(|each| !licences.contains_key(*each)).collect();
    ensure!(idle.is_empty(), "{LIST} excuses packages that the lock file does not have: {idle:?}; take them out");
    let silent = named.iter().chain(build_only).find(|(_, Named { because, .. })| because.trim().is_empty());
    ensure!(silent.is_none(), "{LIST} gives no reason for {:?}", silent.map(|(package, _)| package));
    Ok(licences)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn outcome(package: &Value, list: Value) -> Result<Licences> {
        let lock = json!({ "packages": { "": { "name": "app", "version": "1.0.0" }, "node_modules/a/node_modules/@b/c": package } });
        check(&serde_json::from_value(list).unwrap(), &serde_json::from_value(lock).unwrap())
    }

    fn list(named: &Value, build_only: &Value) -> Value {
        json!({ "allowed": ["MIT"], "named": named, "buildOnly": build_only })
    }

    #[test]
    fn every_npm_package_of_medusa_is_under_a_licence_of_the_list() {
        let app = crate::platform::repository().unwrap().join("images/medusa/app");
        let licences = of(&app).unwrap();
        assert!(licences.len() > 500, "the lock file names only {} packages", licences.len());
        assert_eq!(licences.get("@medusajs/medusa 2.18.0").map(String::as_str), Some("MIT"));
    }

    #[test]
    fn a_licence_that_is_not_on_the_list_is_refused_by_name() {
        for (package, word) in [
            (json!({ "version": "1.2.3", "license": "AGPL-3.0" }), "AGPL-3.0"),
            (json!({ "version": "1.2.3", "license": "SEE LICENSE IN LICENSE" }), "SEE LICENSE"),
            (json!({ "version": "1.2.3" }), "no licence is named"),
        ] {
            let error = outcome(&package, list(&json!({}), &json!({}))).unwrap_err().to_string();
            assert!(error.contains("@b/c 1.2.3") && error.contains(word), "{error}");
        }
    }

    #[test]
    fn an_excuse_holds_for_one_version_and_only_while_it_is_needed() {
        let excuse = json!({ "@b/c 1.2.3": { "licence": "CC-BY-4.0", "because": "a table" } });
        let stated = |version: &str| json!({ "version": version, "license": "CC-BY-4.0" });
        assert!(outcome(&stated("1.2.3"), list(&json!({}), &excuse)).is_ok());
        assert!(outcome(&stated("1.2.4"), list(&json!({}), &excuse)).is_err());
        assert!(
            outcome(&stated("1.2.3"), list(&excuse, &json!({}))).is_err(),
            "it states a licence, so it needs no name"
        );
        let other = json!({ "version": "1.2.3", "license": "AGPL-3.0" });
        assert!(outcome(&other, list(&json!({}), &excuse)).is_err(), "another licence than the one excused");
        let error = outcome(&json!({ "version": "9.0.0", "license": "MIT" }), list(&excuse, &json!({}))).unwrap_err();
        assert!(error.to_string().contains("does not have"), "{error}");
    }
}
