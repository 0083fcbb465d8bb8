//! Both engines on one node: its kubelet killed, its power cut, and the provisioner killed in a deletion.

use std::time::Duration;

use anyhow::{Context as _, Result};
use e2e::customers::{Counter, keep_coming};
use e2e::snapshot::Containers;
use e2e::{Footprint, Node, Provisioner, World, alone};
use serde_json::Value;
use store_model::Engine;
use tokio::time::Instant;

use crate::reliability::{Before, only_these_restarted, power};

const SOON: Duration = Duration::from_mins(2);

#[tokio::test]
async fn stores_outlive_the_kubelet_the_power_and_a_neighbours_deletion_cut_off() -> Result<()> {
    alone(async |scene| {
        let world = &scene.world;
        let node = world.node.as_ref().context("only the embedded cluster's node can be broken")?;
        let leaves = Before::make(scene, "outlives-a", Engine::Woocommerce).await?;
        let stays = Before::make(scene, "outlives-b", Engine::Medusa).await?;
        kubelet_killed(world, node, &leaves, &stays).await.context("the kubelet killed")?;
        power::cut(world, node, &[&leaves, &stays]).await.context("the power cut")?;
        provisioner_killed_in_a_deletion(world, &leaves, &stays).await.context("the provisioner killed in a deletion")
    })
    .await
}

/// What runs goes on without its keeper: nobody is sent away, nothing is started again.
async fn kubelet_killed(world: &World, node: &Node, one: &Before, other: &Before) -> Result<()> {
    let containers = Containers::of(world).await?;
    let counters = [one, other].map(|Before { store, keys, .. }| Counter {
        store,
        keys,
        word: if store.view.engine == Engine::Medusa { "kubelet-medusa" } else { "kubelet-woocommerce" },
    });
    let fault = async || {
        let before = node.restarts("kubelet")?;
        node.component("kubelet")?.kill().await?;
        let struck = Instant::now();
        let reported = last_report(world, node).await?;
        node.restarted("kubelet", before).await?;
        // A word from the new one, not what the old one left behind.
        let lease =
            ["leases", "--namespace=kube-node-lease", "--field-selector", &format!("metadata.name={}", node.name())];
        let speaks = |leases: &[Value]| (renewed(leases.first()?)? != reported).then_some(());
        world.kubectl.until(&lease, SOON, speaks).await.context("wait for the new kubelet's report")?;
        eprintln!("kubelet: reports again after {:.1} s", struck.elapsed().as_secs_f64());
        Ok(struck)
    };
    for sales in &keep_coming(&counters, fault).await? {
        sales.stand().await?;
        sales.without_refusal()?;
    }
    one.is_unchanged().await?;
    other.is_unchanged().await?;
    only_these_restarted(world, &containers, &[]).await
}

async fn last_report(world: &World, node: &Node) -> Result<String> {
    let lease = world.kubectl.json(&["get", "lease", node.name(), "--namespace=kube-node-lease"]).await?;
    renewed(&lease).context("the node's last report")
}

fn renewed(lease: &Value) -> Option<String> {
    lease["spec"]["renewTime"].as_str().map(str::to_owned)
}

/// The deletion goes on by itself to its end, and the neighbour has nothing to do with it.
async fn provisioner_killed_in_a_deletion(world: &World, leaves: &Before, stays: &Before) -> Result<()> {
    let footprint = Footprint::of(&leaves.store).await?;
    let victim = Provisioner::find(world).await?;
    let counters = [Counter { store: &stays.store, keys: &stays.keys, word: "deletion" }];
    let fault = async || {
        let removes = victim.hold_helm(&leaves.store, "deployed", "uninstalling");
        let (removes, accepted) = tokio::join!(removes, world.client.store_delete(leaves.store.id()));
        accepted.context("ask for the deletion")?;
        removes.context("wait for Helm to begin the removal")?;
        // Helm goes with it: the kernel sees to that.
        victim.kill().await?;
        let struck = Instant::now();
        victim.is_replaced(world).await?;
        let view = leaves.store.deleted().await.context("the deletion after the provisioner was killed")?;
        eprintln!("deletion: over {:.1} s after the kill", struck.elapsed().as_secs_f64());
        footprint.is_gone(&view).await?;
        Ok(struck)
    };
    for sales in &keep_coming(&counters, fault).await? {
        sales.stand().await?;
        sales.without_refusal()?;
    }
    stays.is_unchanged().await
}
