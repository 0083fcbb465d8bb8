use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::files::{read, root, tests};

/// The seed's tree, line by line, plus what `tree-added.txt` lists with a reason. Nothing less and nothing more.
#[test]
fn the_tree_is_the_seed_s() {
    let seed = lines("tree-seed.txt");
    let added = lines("tree-added.txt");
    assert!(seed.is_disjoint(&added), "a file is either the seed's or an addition");
    let expected: BTreeSet<_> = seed.union(&added).cloned().collect();
    let mut found = BTreeSet::new();
    walk(&root().join("helm-charts"), "", &mut found);
    let missing: Vec<_> = expected.difference(&found).collect();
    let unlisted: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && unlisted.is_empty(), "missing {missing:?}, not listed {unlisted:?}");
}

fn lines(file: &str) -> BTreeSet<String> {
    let text = read(&tests().join(file));
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

fn walk(directory: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A link is one entry: what it leads to is counted where it lies.
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn the_link_leads_to_the_one_store_engine() {
    let link = root().join("helm-charts/store-instance/charts/store-engine");
    assert_eq!(fs::read_link(link).unwrap(), Path::new("../../store-platform/charts/store-engine"));
}
