//! Ids of Medusa's that come back from a browser: letters, digits and underscores, so that one can stand in a path.

use std::fmt;

/// Medusa's own have 31 characters.
const LONGEST: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    pub fn parse(text: &str) -> Option<Id> {
        let fits = (1..=LONGEST).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (fits && plain).then(|| Id(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_changes_a_path_is_an_id() {
        assert!(Id::parse("cart_01JWZ8").is_some());
        for text in ["", "../admin", "a/b", "a?b", "a%2f", "a.b", "ä", &"a".repeat(65)] {
            assert!(Id::parse(text).is_none(), "{text}");
        }
    }
}
