//! The whole way in a real browser, on the embedded cluster: sign in, ask the dashboard for a store, buy in it as a
//! guest, log in to its admin by the dashboard's link, find the order.

use std::path::Path;

use anyhow::{Context as _, Result};
use local_cluster::progress::Progress;
use store_api::Client;
use store_model::Engine;

use super::cargo::Tally;
use super::node::{Node, NodeTests, screenshots};
use crate::platform::{self, World};
use crate::sale;

const NAME: &str = "the dashboard, from the first sign-in to an order";
/// Of the name that the test types.
const STORE: &str = "cups-mugs";
/// What the README shows, and what it is called there.
const SHOWN: [(&str, &str); 4] = [
    ("4-progress.png", "progress.png"),
    ("5-ready.png", "ready.png"),
    ("6-shop.png", "shop.png"),
    ("9-order-in-admin.png", "order.png"),
];

pub fn run(
    world: &World,
    node: &Node,
    folder: &Path,
    filter: Option<&str>,
    progress: &Progress,
    tally: &mut Tally,
) -> Result<()> {
    // The first there is: the pages of each are in tests/browser/checkout.js.
    let Some(engine) = Engine::ALL.into_iter().find(|engine| !world.images.unavailable.contains_key(engine)) else {
        tally.skip(1, &format!("{NAME}: no engine can be had"));
        return Ok(());
    };
    let runtime = tokio::runtime::Runtime::new().context("start the runtime")?;
    let client = sale::client(&world.access, &world.token)?;
    let code = runtime.block_on(code(&client))?;
    let authority = world.access.authority.as_ref().context("the cluster has an authority")?;
    let environment = vec![
        ("DASHBOARD_URL", world.access.dashboard_url()),
        ("AUTHORITY", authority.display().to_string()),
        ("ENGINE", engine.as_str().to_owned()),
        ("SETUP_CODE", code),
    ];
    let files = &["journey.test.js"];
    let failed = tally.failed;
    let tests = NodeTests { name: NAME, node, folder, files, environment, filter, log: "journey.log" };
    let outcome = tests.run(progress, tally);
    let removed = runtime.block_on(remove(&client));
    outcome?;
    removed?;
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() && tally.failed == failed {
        keep()?;
    }
    Ok(())
}

/// Empty where there is an administrator already: the test then signs in as that one.
async fn code(client: &Client) -> Result<String> {
    match client.setup_code().await {
        Ok(made) => Ok(made.code),
        Err(error) if error.status() == Some(409) => Ok(String::new()),
        Err(error) => Err(error).context("ask for a set-up code"),
    }
}

async fn remove(client: &Client) -> Result<()> {
    match client.store_delete(STORE).await {
        Ok(_) => Ok(()),
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error).context("remove the journey's store"),
    }
}

/// The README's pictures are those of a test that passed.
fn keep() -> Result<()> {
    let (from, to) = (screenshots()?.join("journey"), platform::repository()?.join("docs/screenshots"));
    std::fs::create_dir_all(&to).with_context(|| format!("make {}", to.display()))?;
    for (made, shown) in SHOWN {
        std::fs::copy(from.join(made), to.join(shown)).with_context(|| format!("keep {made}"))?;
    }
    Ok(())
}
