//! A restart with many stores asks no more of the API server than one with few, and does nothing to what is in order.

use anyhow::{Result, ensure};
use faults::proxy::Call;
use faults::scene::{Kind, Scene, play};
use futures::future::try_join_all;

const FEW: usize = 3;
const MANY: usize = 15;

#[test]
fn row_26_a_restart_costs_the_same_with_more_stores() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let first = scene.start().await?;
        let few = made(scene, &first, 0..FEW).await?;
        first.terminate().await?;
        let (second, few) = restart(scene, few).await?;
        made(scene, &second, FEW..MANY).await?;
        second.terminate().await?;
        let (_third, many) = restart(scene, MANY).await?;
        println!("calls of a restart: {few} with {FEW} stores, {many} with {MANY}");
        ensure!(many <= few + 2, "{few} calls with {FEW} stores, {many} with {MANY}");
        Ok(())
    })
}

async fn made(scene: &Scene, service: &faults::service::Service, nths: std::ops::Range<usize>) -> Result<usize> {
    let one = async |nth: usize| {
        let store = scene.create(service, &format!("cups{nth}")).await?;
        scene.ready(service, &store.id).await
    };
    let end = nths.end;
    try_join_all(nths.map(one)).await?;
    Ok(end)
}

/// The calls from the start until a store that is made after it is ready, without those for that store: whatever a
/// restart asks for is asked for by then.
async fn restart(scene: &Scene, stores: usize) -> Result<(std::sync::Arc<faults::service::Service>, usize)> {
    let mark = scene.proxy.mark();
    let service = scene.start().await?;
    let probe = scene.create(&service, &format!("probe{stores}")).await?;
    scene.ready(&service, &probe.id).await?;
    let namespace = format!("store-{}", probe.id);
    let calls = scene.proxy.calls().split_off(mark);
    let others = |call: &&Call| {
        call.namespace() != Some(&namespace) && call.release.as_deref() != Some(&namespace) && !call.makes("namespaces")
    };
    let others: Vec<&Call> = calls.iter().filter(others).collect();
    let written = others.iter().filter(|call| call.is_write()).count();
    ensure!(written == 0, "{written} writes to stores that are in order");
    ensure!(!others.iter().any(|call| call.is_helms()), "helm ran for a store that is in order");
    Ok((service, others.iter().filter(|call| call.path != format!("/api/v1/namespaces/{namespace}")).count()))
}
