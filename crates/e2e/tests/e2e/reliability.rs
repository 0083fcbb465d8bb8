//! What breaks below the stores while customers buy: each test kills as the kernel would, and ends with every store
//! selling, every confirmed order where it was, and nothing touched that had nothing to do with it.

mod medusa;
mod mysql;
mod power;
mod woocommerce;

use anyhow::{Context as _, Result};
use e2e::snapshot::{Containers, Secrets};
use e2e::{Keys, Process, Scene, Store, World, is_program, process_of};
use serde_json::Value;
use store_model::{Engine, Phase};

/// A store that sells, as it was before the fault.
struct Before {
    store: Store,
    keys: Keys,
    secrets: Secrets,
}

impl Before {
    async fn make(scene: &Scene, name: &str, engine: Engine) -> Result<Before> {
        let request = scene.request(name, engine).await?;
        let store = scene.create(&request, None).await?;
        Before::of(store).await
    }

    async fn of(store: Store) -> Result<Before> {
        store.ready().await?;
        Ok(Before { keys: store.keys().await?, secrets: Secrets::all_of(&store).await?, store })
    }

    /// No Secret was so much as written, the owner is shown the same keys, and the platform says that the store is ready.
    async fn is_unchanged(&self) -> Result<()> {
        let name = &self.store.view.name;
        assert_eq!(Secrets::all_of(&self.store).await?, self.secrets, "the Secrets of {name}");
        let keys = self.store.keys().await?;
        // Without the values: a failure must not print a password.
        anyhow::ensure!(keys.credentials.keys == self.keys.credentials.keys, "{name} has other keys");
        anyhow::ensure!(keys.credentials.admin_password == self.keys.credentials.admin_password, "another password");
        assert_eq!(self.store.look().await?.phase, Phase::Ready, "what the platform says of {name}");
        Ok(())
    }
}

/// Of all containers of the cluster only these were started again, `namespace/container`.
async fn only_these_restarted(world: &World, containers: &Containers, expected: &[String]) -> Result<()> {
    let changed: Vec<String> = containers.changed(world).await?.into_iter().collect();
    assert_eq!(changed, expected, "containers that were started again");
    Ok(())
}

/// The server of a store's database. Looked for before the fault, so that the kill comes without a delay.
async fn database(store: &Store, workload: &str, program: &str) -> Result<Process> {
    let selector = format!("--selector=app.kubernetes.io/name={workload}");
    let pods = store.world.kubectl.items(&["get", "pods", &store.scope(), &selector]).await?;
    let uid = pods.first().and_then(|pod: &Value| pod["metadata"]["uid"].as_str()).context("no database's pod")?;
    let server = process_of(uid, |words| is_program(words, program))?;
    server.with_context(|| format!("no process of pod {uid} is {program}"))
}
