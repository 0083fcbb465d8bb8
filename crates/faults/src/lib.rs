//! Faults on the real thing: the provisioner's binary, Helm, kube-apiserver with etcd, SQLite and PostgreSQL. Nothing in
//! between is imitated but what a node would do and what a customer would see, and both are the test's to decide.
//!
//! `control_plane` starts the API server, `node` plays kubelet and controllers, `till` the shop, `service` the
//! provisioner; `proxy` and `postgres` stand in the wires and break them; `scene` puts them together for one test, and
//! `invariants` say at its end what must hold.

mod audit;
pub mod bench;
pub mod chaos;
pub mod control_plane;
mod etcd;
pub mod invariants;
pub mod log;
pub mod node;
mod pki;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod recorder;
pub mod scene;
pub mod service;
pub mod till;
pub mod wire;

use std::time::Duration;

use anyhow::{Result, anyhow};

/// Everything of the harness runs on one runtime that lives as long as the test process: what a test starts must not die
/// with the runtime of another one.
pub fn runtime() -> Result<&'static tokio::runtime::Runtime> {
    static RUNTIME: std::sync::OnceLock<std::io::Result<tokio::runtime::Runtime>> = std::sync::OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    RUNTIME.get_or_init(build).as_ref().map_err(|error| anyhow!("start the runtime: {error}"))
}

/// Patience for what takes a second on an idle machine; a machine that compiles beside the tests is fifty times slower.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Between two looks at something that tells nobody when it changes.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Asks until there is an answer; `what` is what the failure says was waited for.
pub async fn until<T>(what: &str, patience: Duration, ask: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
    let begun = std::time::Instant::now();
    let mut last = None;
    while begun.elapsed() < patience {
        match ask().await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let said = last.map(|error| format!("; the last error: {error:#}")).unwrap_or_default();
    Err(anyhow!("waited {} s for {what}{said}", patience.as_secs()))
}
