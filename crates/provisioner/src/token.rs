//! The API token: minted at the first start, kept where a person may read it, known to the API by its hash alone.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};

/// Secret scanners know a token by its prefix.
const PREFIX: &str = "sp_";
/// 43 of 62 characters are 256 bits.
const LENGTH: usize = 43;

pub fn mint() -> SecretString {
    format!("{PREFIX}{}", Alphanumeric.sample_string(&mut rand::rng(), LENGTH)).into()
}

/// For running outside a cluster: reads the file, or makes it where there is none.
pub fn token_in_file(file: &Path, fresh: &SecretString) -> anyhow::Result<SecretString> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Ok(mut made) => {
            writeln!(made, "{}", fresh.expose_secret()).with_context(|| format!("write {}", file.display()))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("make the token file {}", file.display())),
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("read the token file {}", file.display()))?;
    let token = text.trim();
    anyhow::ensure!(!token.is_empty(), "the token file {} is empty: delete it to have one minted", file.display());
    Ok(token.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_minted_once_and_read_ever_after() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        let first = token_in_file(&file, &mint()).unwrap();
        let second = token_in_file(&file, &mint()).unwrap();
        assert_eq!(first.expose_secret(), second.expose_secret());
        assert!(first.expose_secret().starts_with("sp_") && first.expose_secret().len() == 46);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_empty_file_is_no_token() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        std::fs::write(&file, "\n").unwrap();
        assert!(token_in_file(&file, &mint()).unwrap_err().to_string().contains("delete it"));
    }
}
