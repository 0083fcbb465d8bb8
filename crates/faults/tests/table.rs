//! The table in docs/reliability.md says what the sources say: a row without a test, or a test that is not there, fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test they are assertions")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use faults::programs::repository;

const ROWS: usize = 32;

#[test]
fn every_row_names_tests_that_exist_and_every_test_is_named() {
    let mut functions = BTreeSet::new();
    for directory in ["crates/faults/tests", "crates/provisioner", "crates/store-model/tests", "crates/e2e"] {
        tests_below(&repository(directory), &mut functions);
    }
    let table = table();
    for row in 1..=ROWS {
        let named = table.get(&row).unwrap_or_else(|| panic!("row {row} is not in the table"));
        assert!(!named.is_empty(), "row {row} names no test");
        for test in named {
            assert!(functions.contains(test), "row {row} names {test}, and there is no such test");
        }
    }
    assert_eq!(table.len(), ROWS, "the table has rows that are no row of the design");
    let named: BTreeSet<&String> = table.values().flatten().collect();
    for test in functions.iter().filter(|test| test.starts_with("row_")) {
        assert!(named.contains(test), "{test} is not in the table");
        let row: usize = test[4..6].parse().unwrap();
        assert!(table[&row].contains(test), "{test} stands in another row than its own");
    }
}

/// The tests of each row.
fn table() -> BTreeMap<usize, Vec<String>> {
    let text = std::fs::read_to_string(repository("docs/reliability.md")).unwrap();
    let between = text.split_once("<!-- faults:begin -->").unwrap().1.split_once("<!-- faults:end -->").unwrap().0;
    let rows = between.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, _fault, _what, tests] = cells.as_slice() else { panic!("not four cells: {line}") };
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (number.parse().unwrap(), tests)
    })
    .collect()
}

/// Names of functions that a test attribute stands above, or that a macro runs on both databases.
fn tests_below(directory: &Path, functions: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                tests_below(&path, functions);
            }
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some((_, rest)) = line.split_once("fn ") {
                let name = rest.split(['(', '<']).next().unwrap_or_default();
                let on_both = text.split_once("on_both!(").is_some_and(|(_, list)| {
                    list.split(')').next().is_some_and(|list| list.split(',').any(|word| word.trim() == name))
                });
                if is_test || on_both {
                    functions.insert(name.to_owned());
                }
                is_test = false;
            }
        }
    }
}
