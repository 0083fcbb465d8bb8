//! A link that logs a store's owner in, once and within a minute. The store itself checks it: it has the key, and remembers
//! what was used. `images/*/login-token.json` holds both sides to the same tokens.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use store_model::StoreId;

/// As long as it takes a browser to follow it.
const LIFE: Duration = Duration::from_mins(1);

/// Below the store's address; whoever has it before it is used or too old is the store's owner.
#[derive(Clone, Debug)]
pub struct LoginLink {
    pub path: SecretString,
    pub expires_at: Timestamp,
}

impl LoginLink {
    /// `path` takes the token at its end.
    pub fn new(path: &str, token: &str, expires_at: Timestamp) -> LoginLink {
        LoginLink { path: format!("{path}{token}").into(), expires_at }
    }

    /// A fresh one, signed with the store's own key.
    pub fn signed(path: &str, store: &StoreId, key: &SecretString, now: Timestamp) -> LoginLink {
        let expires_at = end(now);
        let mut nonce = [0_u8; 16];
        rand::rng().fill(&mut nonce[..]);
        LoginLink::new(path, &token(store, key, expires_at, &hex::encode(nonce)), expires_at)
    }
}

/// Whole seconds: the token carries no others, and what the caller is told is what the store keeps to.
pub fn end(now: Timestamp) -> Timestamp {
    let end = now.saturating_add(LIFE).unwrap_or(now);
    Timestamp::from_second(end.as_second()).unwrap_or(end)
}

/// `<expires>.<nonce>.<signature>`. Each part has one form only, so that no two of them are signed the same way.
fn token(store: &StoreId, key: &SecretString, expires_at: Timestamp, nonce: &str) -> String {
    let expires = expires_at.as_second();
    let signed = format!("store-platform-login\n{store}\n{expires}\n{nonce}");
    format!("{expires}.{nonce}.{}", hex::encode(mac(key.expose_secret().as_bytes(), signed.as_bytes())))
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; the type only cannot say so")]
fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    /// What the images' own checks take and refuse.
    #[test]
    fn the_stores_take_what_is_signed_here() {
        let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../images");
        let read = |engine: &str| std::fs::read_to_string(images.join(engine).join("login-token.json")).unwrap();
        // Each image has a copy: nothing outside of its folder is in its build.
        let text = read("medusa");
        assert!(text == read("woocommerce"), "two copies of login-token.json differ");
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut taken = 0;
        for vector in &vectors {
            let text = |field: &str| vector[field].as_str().unwrap();
            let (given, store) = (text("token"), StoreId::parse(text("store")).unwrap());
            let mut parts = given.splitn(3, '.');
            let expires =
                parts.next().and_then(|part| part.parse().ok()).and_then(|at| Timestamp::from_second(at).ok());
            let (Some(expires), Some(nonce)) = (expires, parts.next()) else {
                assert_eq!(vector["taken"], false, "{vector}");
                continue;
            };
            let ours = token(&store, &text("key").into(), expires, nonce) == given;
            assert!(ours || vector["taken"] == false, "{vector}");
            taken += usize::from(vector["taken"] == true);
        }
        assert!(taken > 1 && taken < vectors.len(), "{taken} of {}", vectors.len());
    }

    #[test]
    fn no_two_links_are_the_same_and_each_ends_in_a_minute() {
        let now: Timestamp = "2026-11-23T12:00:00.7Z".parse().unwrap();
        let (store, key) = (StoreId::parse("s0123456789a").unwrap(), "k".repeat(64).into());
        let one = LoginLink::signed("/in?token=", &store, &key, now);
        assert_eq!(one.expires_at, "2026-11-23T12:01:00Z".parse().unwrap());
        let other = LoginLink::signed("/in?token=", &store, &key, now);
        assert_ne!(one.path.expose_secret(), other.path.expose_secret());
        assert!(one.path.expose_secret().starts_with("/in?token=1795435260."), "{}", one.path.expose_secret());
        assert!(!format!("{one:?}").contains("token="), "a link prints");
    }
}
