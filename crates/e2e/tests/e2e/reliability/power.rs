//! The node without power, and up again with what was on its disk.

use anyhow::{Result, ensure};
use e2e::customers::{Counter, keep_coming};
use e2e::{Node, Provisioner, World};

use super::Before;

/// Every process of the cluster killed at once while customers buy; then `up`. Each store sells again by itself, and the
/// provisioner finds nothing to install.
pub async fn cut(world: &World, node: &Node, stores: &[&Before]) -> Result<()> {
    // The stores were made by it: if this counted nothing, nothing after the cut would say nothing.
    ensure!(Provisioner::helm_runs(world).await? > 0, "the provisioner has counted no run of Helm");
    let words: Vec<String> =
        stores.iter().map(|before| format!("power-{}", before.store.view.engine.as_str())).collect();
    let counters: Vec<Counter<'_>> =
        stores.iter().zip(&words).map(|(Before { store, keys, .. }, word)| Counter { store, keys, word }).collect();
    let fault = async || {
        let struck = node.cut_power().await?;
        node.up().await?;
        eprintln!("power: the cluster is up again after {:.1} s", struck.elapsed().as_secs_f64());
        Ok(struck)
    };
    for sales in &keep_coming(&counters, fault).await? {
        sales.stand().await?;
    }
    for before in stores {
        before.store.ready().await?;
        before.is_unchanged().await?;
    }
    assert_eq!(Provisioner::helm_runs(world).await?, 0, "runs of Helm for stores at rest");
    // The last to come back, and whoever lists every kind of object asks it too.
    let metrics = ["wait", "--for=condition=Available", "apiservice/v1beta1.metrics.k8s.io", "--timeout=2m"];
    world.kubectl.ask(&metrics).await.map(drop)
}
