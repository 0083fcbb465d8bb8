//! Where the platform is and what opens it: arguments, environment, then the saved login.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store_api::{Client, ClientSettings};
use url::Url;

use crate::cli::Connection;
use crate::failure::Failure;

/// An open way to the platform.
pub struct Session {
    pub client: Client,
}

/// A saved login. The file is readable by its owner only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    pub url: Url,
    pub token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

impl Session {
    pub fn open(connection: &Connection) -> Result<Session, Failure> {
        let saved = Saved::read()?.profiles.remove(&connection.profile);
        let url = connection.url.clone().or_else(|| saved.as_ref().map(|profile| profile.url.clone()));
        let url = url.ok_or_else(|| {
            let message = format!("no address: there is no login '{}' and STORECTL_URL is not set", connection.profile);
            Failure::usage(message).hint("log in with `storectl login https://api.example.com`")
        })?;
        // A saved token goes only to where it was saved for.
        let saved = saved.filter(|profile| profile.url == url);
        let token = token_of_environment().or_else(|| saved.as_ref().map(|profile| profile.token.clone().into()));
        let token = token.ok_or_else(|| {
            Failure::auth(format!("no token for {url}"))
                .hint(format!("log in with `storectl login {url}`, or set STORECTL_TOKEN"))
        })?;
        let ca = connection.ca.clone().or_else(|| saved.and_then(|profile| profile.ca));
        Ok(Session { client: client(url, Some(token), ca.as_deref())? })
    }
}

pub fn client(base: Url, token: Option<SecretString>, ca: Option<&Path>) -> Result<Client, Failure> {
    let ca_pem = ca
        .map(|path| {
            fs::read(path).map_err(|error| Failure::usage(format!("cannot read the CA {}: {error}", path.display())))
        })
        .transpose()?;
    Ok(Client::new(ClientSettings { base, token, ca_pem })?)
}

pub fn token_of_environment() -> Option<SecretString> {
    let token = std::env::var("STORECTL_TOKEN").ok()?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}

/// All logins, by name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Saved {
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

impl Saved {
    pub fn read() -> Result<Saved, Failure> {
        let Some(path) = Saved::path() else { return Ok(Saved::default()) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Saved::default()),
            Err(error) => return Err(Failure::general(format!("cannot read {}: {error}", path.display()))),
        };
        let mode = fs::metadata(&path).map_or(0, |file| file.permissions().mode());
        if mode & 0o077 != 0 {
            eprintln!("warning: others can read the token in {0}; run `chmod 600 {0}`", path.display());
        }
        serde_json::from_str(&text).map_err(|error| {
            Failure::general(format!("{} is not what was saved: {error}", path.display()))
                .hint("remove the file and log in again")
        })
    }

    /// Written beside and then moved over: an interrupted login loses none.
    pub fn write(&self) -> Result<PathBuf, Failure> {
        let path = Saved::path().ok_or_else(|| Failure::general("neither XDG_CONFIG_HOME nor HOME is set"))?;
        let fault = |error: std::io::Error| Failure::general(format!("cannot write {}: {error}", path.display()));
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(fault)?;
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure::general(error.to_string()))?;
        let written = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside);
        let written = written.and_then(|mut file| {
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&beside, &path)).map_err(fault)?;
        Ok(path)
    }

    fn path() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
        Some(base.join("storectl").join("config.json"))
    }
}

impl Profile {
    pub fn new(url: Url, token: &SecretString, ca: Option<PathBuf>) -> Profile {
        Profile { url, token: token.expose_secret().to_owned(), ca }
    }
}
