use std::fmt;

/// Names that belong to the platform, or that a reader would take for it.
const RESERVED: [&str; 22] = [
    "admin",
    "api",
    "app",
    "auth",
    "billing",
    "cdn",
    "dashboard",
    "docs",
    "ftp",
    "health",
    "help",
    "imap",
    "login",
    "mail",
    "metrics",
    "ns1",
    "ns2",
    "smtp",
    "staging",
    "status",
    "support",
    "www",
];

/// Three to thirty characters keep `store-…` objects and `<name>.<base domain>` inside the 63-character label limit.
const NAME_MIN: usize = 3;
const NAME_MAX: usize = 30;

/// Why a word is no name; the text goes to the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("must be {NAME_MIN} to {NAME_MAX} characters long")]
    Length,
    #[error("may hold only a-z, 0-9 and '-', must start with a letter and must not end with '-'")]
    Characters,
    #[error("is reserved for the platform; choose another")]
    Reserved,
    #[error("is not a host name: labels of a-z, 0-9 and '-', 1 to 63 characters each, 253 in all")]
    Host,
    #[error("is not a store id")]
    Id,
}

/// The owner's name for the store: also the first label of its host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreName(String);

impl StoreName {
    pub fn parse(text: &str) -> Result<StoreName, NameError> {
        // The length first: a 64 KB name is refused before anything reads it.
        if !(NAME_MIN..=NAME_MAX).contains(&text.len()) {
            return Err(NameError::Length);
        }
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
        // `xn--` would let a name pose as another script's letters.
        if !starts || !label_is_valid(text) || text.starts_with("xn--") {
            return Err(NameError::Characters);
        }
        if RESERVED.contains(&text) {
            return Err(NameError::Reserved);
        }
        Ok(StoreName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The immutable id: server-made, `s` and eleven of `[a-z0-9]`; starts with a letter so YAML never takes it for a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(String);

impl StoreId {
    pub const RANDOM_CHARACTERS: usize = 11;

    pub fn parse(text: &str) -> Result<StoreId, NameError> {
        let alphanumeric = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() == Self::RANDOM_CHARACTERS + 1 && text.starts_with('s') && alphanumeric {
            Ok(StoreId(text.to_owned()))
        } else {
            Err(NameError::Id)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace, and the Helm release in it.
    pub fn namespace(&self) -> String {
        format!("store-{}", self.0)
    }
}

/// A host name as DNS has it: lower case, no port, no trailing dot, no address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    pub fn parse(text: &str) -> Result<HostName, NameError> {
        let whole = (1..=253).contains(&text.len()) && text.split('.').all(label_is_valid);
        // A last label of digits only would be read as an IPv4 address.
        let address = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if whole && !address { Ok(HostName(text.to_owned())) } else { Err(NameError::Host) }
    }

    /// The store's own host below the platform's domain.
    pub fn of_store(name: &StoreName, base_domain: &HostName) -> Result<HostName, NameError> {
        HostName::parse(&format!("{}.{}", name.as_str(), base_domain.as_str()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn label_is_valid(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

macro_rules! display {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
display!(StoreName, StoreId, HostName);
