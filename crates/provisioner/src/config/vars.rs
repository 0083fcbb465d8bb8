use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use super::{HELM_PASSES, names};

/// The variables, and every error in them so far.
pub(super) struct Vars {
    map: BTreeMap<String, String>,
    pub errors: Vec<String>,
}

impl Vars {
    pub fn new(map: BTreeMap<String, String>) -> Vars {
        Vars { map, errors: Vec::new() }
    }

    pub fn get(&self, name: &str) -> Option<String> {
        debug_assert!(names().contains(&name) || HELM_PASSES.contains(&name), "{name} is missing in NAMES");
        self.map.get(name).filter(|value| !value.is_empty()).cloned()
    }

    pub fn text(&self, name: &str, default: &str) -> String {
        self.get(name).unwrap_or_else(|| default.to_owned())
    }

    /// Notes the error and goes on with `instead`, so that all errors come out together.
    pub fn wrong<T>(&mut self, name: &str, value: &str, cure: &str, instead: T) -> T {
        self.errors.push(format!("{name}={value:?}: {cure}"));
        instead
    }

    pub fn parsed<T, E>(
        &mut self,
        name: &str,
        default: Option<&str>,
        cure: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name, default.unwrap_or_default());
        parse(&text).map_or_else(|_| self.wrong(name, &text, cure, None), Some)
    }

    pub fn read<T: FromStr>(&mut self, name: &str, default: &str, cure: &str) -> Option<T> {
        self.parsed(name, Some(default), cure, T::from_str)
    }

    pub fn optional<T: FromStr>(&mut self, name: &str, cure: &str) -> Option<T> {
        self.get(name)?;
        self.read(name, "", cure)
    }

    pub fn positive(&mut self, name: &str, default: usize) -> usize {
        match self.read(name, &default.to_string(), "use a number from 1 to 64") {
            Some(number @ 1..=64) => number,
            Some(number) => self.wrong(name, &number.to_string(), "use a number from 1 to 64", default),
            None => default,
        }
    }

    pub fn seconds(&mut self, name: &str, default: u64) -> Duration {
        Duration::from_secs(self.read(name, &default.to_string(), "use a number of seconds").unwrap_or(default))
    }
}
