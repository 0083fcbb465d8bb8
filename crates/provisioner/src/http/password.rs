//! Passwords: what is taken for one, how it is hashed and compared.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::problem::Refused;

const MIN: usize = 12;
const MAX: usize = 128;
/// No password that was taken for one is longer.
const BYTES: usize = 4 * MAX;
/// Of nobody's password: an unknown address takes as long as a wrong password.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash_now("a password of nobody").ok());

/// Long enough, and not among what is tried first.
pub fn parse(text: &str, email: &str) -> Result<String, String> {
    let length = text.chars().count();
    if !(MIN..=MAX).contains(&length) || text.len() > BYTES {
        return Err(format!("must be {MIN} to {MAX} characters long"));
    }
    let local = email.split('@').next().unwrap_or_default();
    let strength = zxcvbn(text, &[email, local, "store-platform"]);
    if strength.score() < Score::Three {
        return Err("is too easy to guess; use four or five random words".to_owned());
    }
    Ok(text.to_owned())
}

/// One that somebody tries.
pub fn given(text: &str) -> Result<String, String> {
    if text.len() > BYTES {
        return Err(format!("must be at most {BYTES} bytes long"));
    }
    Ok(text.to_owned())
}

/// Each hash takes 19 MiB and a core for some 30 ms: of those that come at once most wait.
#[derive(Clone)]
pub struct Turns {
    free: Arc<Semaphore>,
    /// Longer than this nobody wants to look at a sign-in that does not answer, and the queue is no longer than what comes
    /// within it.
    patience: Duration,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns::of(2, Duration::from_secs(2))
    }
}

impl Turns {
    pub fn of(turns: usize, patience: Duration) -> Turns {
        Turns { free: Arc::new(Semaphore::new(turns)), patience }
    }

    pub async fn hash(&self, password: String) -> Result<String, Refused> {
        let hashed = self.take(move || hash_now(&password)).await?;
        hashed.map_err(|error| Refused::internal("hash a password", &error))
    }

    /// Whether it is the password of that hash; `None`: of nobody's, and so never.
    pub async fn is(&self, password: String, hash: Option<String>) -> Result<bool, Refused> {
        let compared = self.take(move || {
            let known = hash.is_some();
            let hash = hash.or_else(|| NOBODYS.clone()).unwrap_or_default();
            let hash = PasswordHash::new(&hash)?;
            let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
            Ok::<bool, argon2::password_hash::phc::Error>(right && known)
        });
        compared.await?.map_err(|error| Refused::internal("read a password's hash", &error))
    }

    async fn take<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refused> {
        let turn = match tokio::time::timeout(self.patience, Arc::clone(&self.free).acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(error)) => return Err(Refused::internal("wait for a turn to hash", &error)),
            Err(_) => return Err(busy()),
        };
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            // With the work, and not with the one who waits for it: who hangs up ends his waiting alone.
            drop(turn);
            done
        });
        worked.await.map_err(|error| Refused::internal("work on a password", &error))
    }
}

fn busy() -> Refused {
    let detail = "too many passwords are being compared; try again in a moment";
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail).retry_after(2)
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
        let turns = Turns::default();
        let hash = turns.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(turns.is("correct horse battery".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!turns.is("correct horse batterz".to_owned(), Some(hash)).await.unwrap());
        assert!(!turns.is("a password of nobody".to_owned(), None).await.unwrap(), "nobody has no password");
    }

    #[tokio::test]
    async fn who_hangs_up_does_not_free_the_turn() {
        let turns = Turns::of(1, Duration::from_mins(1));
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let mut working = Box::pin(turns.take(move || held.recv()));
        assert!(futures::poll!(&mut working).is_pending());
        drop(working);
        assert_eq!(turns.free.available_permits(), 0, "another one works beside it");
        drop(go_on);
        turns.take(|| ()).await.unwrap();
    }
}
