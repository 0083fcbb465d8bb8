//! A real browser in real stores: tests/browser, run by Node's own test runner.

use std::path::Path;

use anyhow::{Context as _, Result};
use local_cluster::progress::Progress;
use store_api::{Client, CreateStore, CredentialsView, StoreView};
use store_model::Engine;

use super::cargo::Tally;
use super::journey;
use super::node::{Node, NodeTests};
use crate::platform::{self, World};
use crate::{demo, sale, target, tests_needs};

const NAME: &str = "a browser in a Medusa store";
const STORE: &str = "browser";

/// The dashboard's whole way, then a store of its own to shop and log in to.
pub fn run(world: &World, filter: Option<&str>, progress: &Progress, tally: &mut Tally) -> Result<()> {
    let node = tests_needs::node(progress)?;
    let folder = install(&node, progress)?;
    journey::run(world, &node, &folder, filter, progress, tally)?;
    in_a_medusa_store(world, &node, &folder, filter, progress, tally)
}

fn in_a_medusa_store(
    world: &World,
    node: &Node,
    folder: &Path,
    filter: Option<&str>,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    if let Some(lack) = world.images.unavailable.get(&Engine::Medusa) {
        if lack.is_fault {
            tally.count(NAME, false);
        } else {
            tally.skip(1, &format!("{NAME}: {}", lack.why));
        }
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    let client = sale::client(&world.access, &world.token)?;
    let (store, credentials) = runtime.block_on(open(&client, progress))?;
    let outcome = test(world, folder, node, (&store, &credentials), filter, progress, tally);
    let removed = runtime.block_on(client.store_delete(&store.id)).context("remove the browser's store");
    outcome?;
    removed.map(|_| ())
}

/// What the tests of a browser are run by; the folder of them.
fn install(node: &Node, progress: &Progress) -> Result<std::path::PathBuf> {
    let folder = platform::repository()?.join("tests/browser");
    let log = target::cache()?.join("log/npm-browser.log");
    progress.run("install the browser's tests", node.npm()?.current_dir(&folder).arg("ci"), &log)?;
    Ok(folder)
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

fn test(
    world: &World,
    folder: &Path,
    node: &Node,
    (store, credentials): (&StoreView, &CredentialsView),
    filter: Option<&str>,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    let (host, http_port) = (&store.host, world.access.http_port.context("the cluster has a port for http")?);
    let authority = world.access.authority.as_ref().context("the cluster has an authority")?;
    let environment = vec![
        ("SHOP_URL", store.url.clone()),
        ("SHOP_HTTP_URL", format!("http://{host}:{http_port}")),
        ("AUTHORITY", authority.display().to_string()),
        ("ADMIN_EMAIL", credentials.admin_user.clone()),
        ("ADMIN_PASSWORD", credentials.admin_password.clone()),
    ];
    let files = &["shop.test.js", "admin.test.js"];
    NodeTests { name: NAME, node, folder, files, environment, filter, log: "browser.log" }.run(progress, tally)
}
