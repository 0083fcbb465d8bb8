//! Passwords: what is taken for one, how it is hashed and compared.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::problem::Refused;

const MIN: usize = 12;
const MAX: usize = 128;
/// Each takes 19 MiB and a core for some 30 ms: what comes at once waits.
static TURNS: Semaphore = Semaphore::const_new(2);
/// Of nobody's password: an unknown address takes as long as a wrong password.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash_now("a password of nobody").ok());

/// Long enough, and not among what is tried first.
pub fn parse(text: &str, email: &str) -> Result<String, String> {
    let length = text.chars().count();
    if !(MIN..=MAX).contains(&length) || text.len() > 4 * MAX {
        return Err(format!("must be {MIN} to {MAX} characters long"));
    }
    let local = email.split('@').next().unwrap_or_default();
    let strength = zxcvbn(text, &[email, local, "store-platform"]);
    if strength.score() < Score::Three {
        return Err("is too easy to guess; use four or five random words".to_owned());
    }
    Ok(text.to_owned())
}

pub async fn hash(password: String) -> Result<String, Refused> {
    let _turn = turn().await?;
    let hashed = tokio::task::spawn_blocking(move || hash_now(&password)).await;
    match hashed {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(error)) => Err(Refused::internal("hash a password", &error)),
        Err(error) => Err(Refused::internal("hash a password", &error)),
    }
}

/// Whether it is the password of that hash; `None`: of nobody's, and so never.
pub async fn is(password: String, hash: Option<String>) -> Result<bool, Refused> {
    let _turn = turn().await?;
    let compared = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.or_else(|| NOBODYS.clone()).unwrap_or_default();
        let hash = PasswordHash::new(&hash)?;
        let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok::<bool, argon2::password_hash::phc::Error>(right && known)
    });
    match compared.await {
        Ok(Ok(right)) => Ok(right),
        Ok(Err(error)) => Err(Refused::internal("read a password's hash", &error)),
        Err(error) => Err(Refused::internal("compare a password", &error)),
    }
}

async fn turn() -> Result<tokio::sync::SemaphorePermit<'static>, Refused> {
    TURNS.acquire().await.map_err(|error| Refused::internal("wait for a turn to hash", &error))
}

/// Argon2id with OWASP's parameters, which are the library's own.
fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_no_password() {
        for weak in ["short", "password1234", "qwertyuiop12", "ada@example.com1", "aaaaaaaaaaaaaaaa", "Passw0rd!2024"] {
            assert!(parse(weak, "ada@example.com").is_err(), "{weak}");
        }
        assert!(parse(&"x".repeat(129), "a@b.c").is_err());
        for good in ["correct horse battery staple lamp", "vT9#kq2Lw!xZ7p"] {
            assert_eq!(parse(good, "ada@example.com").as_deref(), Ok(good));
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_alone() {
        let hash = super::hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(is("correct horse battery".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!is("correct horse batterz".to_owned(), Some(hash)).await.unwrap());
        assert!(!is("a password of nobody".to_owned(), None).await.unwrap(), "nobody has no password");
    }
}
