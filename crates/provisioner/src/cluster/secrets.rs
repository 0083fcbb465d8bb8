//! What a store's Secrets hold, by what its engine says: how each value is made, and which of them its owner is shown.

use std::collections::BTreeMap;

use rand::RngExt;
use rand::distr::{Alphanumeric, SampleString};
use store_model::{Make, Part, SecretName, Store};

use super::{Credentials, Key};

/// One Secret's keys and values.
pub type Values = BTreeMap<String, String>;

/// Fresh values for one of the store's Secrets.
pub fn mint(store: &Store, name: SecretName) -> Values {
    let mut values = Values::new();
    for entry in store.engine.spec().secret(name) {
        let value = match entry.make {
            Make::Fixed(text) => text.to_owned(),
            // Log-ins compare it letter by letter, and nobody remembers which were capitals.
            Make::AdminEmail => store.settings.admin_email.to_lowercase(),
            Make::Random(length) => Alphanumeric.sample_string(&mut rand::rng(), length),
            Make::Hex { prefix, bytes } => {
                let mut random = vec![0_u8; bytes];
                rand::rng().fill(&mut random[..]);
                format!("{prefix}{}", hex::encode(random))
            }
            Make::Text(parts) => parts.iter().map(|part| written(*part, &values)).collect(),
        };
        values.insert(entry.key.to_owned(), value);
    }
    values
}

/// Keys stand before the texts that are made of them; the test below holds that.
fn written(part: Part, values: &Values) -> &str {
    match part {
        Part::Literal(text) => text,
        Part::Key(key) => values.get(key).map(String::as_str).unwrap_or_default(),
    }
}

/// Which of the Secrets the owner's view is read from.
pub fn read_for_owner(store: &Store) -> Vec<SecretName> {
    let shown = store.engine.spec().shown;
    let is_read = |name: &SecretName| *name == SecretName::App || shown.iter().any(|shown| shown.secret == *name);
    SecretName::ALL.into_iter().filter(is_read).collect()
}

/// What the owner is shown. An error names what is missing.
pub fn for_owner(store: &Store, read: impl Fn(SecretName, &str) -> Option<String>) -> Result<Credentials, String> {
    let spec = store.engine.spec();
    let value = |secret: SecretName, key: &str| {
        read(secret, key).ok_or_else(|| format!("Secret {} holds no {key}", secret.as_str()))
    };
    let key = |shown: &store_model::Shown| {
        Ok(Key { name: shown.name, title: shown.title, value: value(shown.secret, shown.key)?.into() })
    };
    Ok(Credentials {
        admin_user: value(SecretName::App, spec.admin_user_key)?,
        admin_password: value(SecretName::App, "admin-password")?.into(),
        keys: spec.shown.iter().map(key).collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use store_model::Engine;

    use super::*;
    use crate::cluster::real::tests::store;

    fn of(engine: Engine) -> BTreeMap<SecretName, Values> {
        let store = Store { engine, ..store() };
        SecretName::ALL.into_iter().map(|name| (name, mint(&store, name))).collect()
    }

    #[test]
    fn every_value_is_made_and_no_two_stores_share_a_random_one() {
        for engine in Engine::ALL {
            let (one, other) = (of(engine), of(engine));
            for name in SecretName::ALL {
                let entries = engine.spec().secret(name);
                assert_eq!(one[&name].len(), entries.len(), "two entries of {name:?} have one key");
                for entry in entries {
                    let value = &one[&name][entry.key];
                    assert!(!value.is_empty(), "{engine:?} {}", entry.key);
                    let fixed = matches!(entry.make, Make::Fixed(_) | Make::AdminEmail);
                    assert_eq!(*value == other[&name][entry.key], fixed, "{engine:?} {}", entry.key);
                    // No URL, shell or DSN reads one of them as its own.
                    if let Make::Random(_) | Make::Hex { .. } = entry.make {
                        assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{}", entry.key);
                    }
                    if let Make::Random(length) = entry.make {
                        assert!(value.len() == length && length >= 24, "{}", entry.key);
                    }
                    if let Make::Hex { prefix, bytes } = entry.make {
                        assert!(value.starts_with(prefix) && value.len() == prefix.len() + 2 * bytes, "{}", entry.key);
                    }
                }
            }
        }
    }

    #[test]
    fn a_text_is_made_of_the_same_secrets_values() {
        for engine in Engine::ALL {
            let minted = of(engine);
            for name in SecretName::ALL {
                for entry in engine.spec().secret(name) {
                    let Make::Text(parts) = entry.make else { continue };
                    for part in parts {
                        let Part::Key(key) = part else { continue };
                        let value = &minted[&name][*key];
                        assert!(minted[&name][entry.key].contains(value), "{engine:?} {} of {key}", entry.key);
                    }
                }
            }
        }
    }

    #[test]
    fn the_owner_is_shown_what_the_engine_says_and_a_missing_value_is_named() {
        for engine in Engine::ALL {
            let store = Store { engine, ..store() };
            let minted = of(engine);
            let shown = for_owner(&store, |secret, key| minted[&secret].get(key).cloned()).unwrap();
            assert_eq!(shown.keys.len(), engine.spec().shown.len());
            assert!(!shown.admin_user.is_empty() && shown.admin_password.expose_secret().len() >= 24);
            for shown in engine.spec().shown {
                assert!(read_for_owner(&store).contains(&shown.secret));
            }
            let error = for_owner(&store, |_, _| None).unwrap_err();
            assert!(error.contains(engine.spec().admin_user_key), "{error}");
        }
    }
}
