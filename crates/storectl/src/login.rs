use std::io::BufRead;

use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::cli::{Connection, Login};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::{Profile, Saved, client, token_of_environment};

/// Longer than any token; a file that was piped in by mistake ends here.
const TOKEN_MAX: u64 = 4096;

/// Saves a login that was tried.
pub async fn run(connection: &Connection, login: Login, output: &Output) -> Result<(), Failure> {
    let mut saved = Saved::read()?;
    let before = saved.profiles.get(&connection.profile);
    let url = login.address.or_else(|| connection.url.clone()).or_else(|| before.map(|profile| profile.url.clone()));
    let url =
        url.ok_or_else(|| Failure::usage("no address").hint("name it: `storectl login https://api.example.com`"))?;
    // Remembered as it is found from anywhere.
    let ca = connection.ca.as_deref().map(std::path::absolute).transpose();
    let ca = ca.map_err(|error| Failure::usage(format!("the CA's path: {error}")))?;
    let ca = ca.or_else(|| before.filter(|profile| profile.url == url).and_then(|profile| profile.ca.clone()));
    let token = token(&url)?;
    let engines = client(url.clone(), Some(token.clone()), ca.as_deref())?.engines().await?;

    saved.profiles.insert(connection.profile.clone(), Profile::new(url.clone(), &token, ca));
    let path = saved.write()?;
    let available = engines.iter().filter(|engine| engine.available).count();
    eprintln!("{available} of {} engines available; next: `storectl store create my-shop --wait`", engines.len());
    let answer = json!({"profile": connection.profile, "url": url, "file": path});
    output.show(&answer, || format!("logged in to {url} (login '{}')", connection.profile))
}

/// Asked for on a terminal without showing it; else the first line of standard input, or the environment.
fn token(url: &Url) -> Result<SecretString, Failure> {
    if let Some(token) = token_of_environment() {
        return Ok(token);
    }
    let fault = |error: std::io::Error| Failure::general(format!("cannot read the token: {error}"));
    let input = std::io::stdin();
    let typed = if std::io::IsTerminal::is_terminal(&input) {
        eprint!("token for {url}: ");
        console::Term::stderr().read_secure_line().map_err(fault)?
    } else {
        let mut line = String::new();
        std::io::Read::take(input.lock(), TOKEN_MAX).read_line(&mut line).map_err(fault)?;
        line
    };
    let token = typed.trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        let hint = "the platform's notes say how to read it: `helm status store-platform -n store-platform`";
        return Err(Failure::usage("that is no token").hint(hint));
    }
    Ok(token.to_owned().into())
}
