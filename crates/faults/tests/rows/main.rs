//! One test for each row of the fault table in docs/reliability.md; its name says which row.

mod chart;
mod row_01;
mod row_02;
mod row_03;
mod row_04;
mod row_05;
mod row_06;
mod row_07;
mod row_08;
mod row_09;
mod row_10;
mod row_11;
mod row_12;
mod row_13;
mod row_14;
mod row_15;
mod row_16;
mod row_17;
mod row_18;
mod row_19;
mod row_20;
mod row_21;
mod row_22;
mod row_23;
mod row_24;
mod row_25;
mod row_26;
mod row_27;
mod row_28;
mod row_29;
mod row_30;
mod row_31;
mod row_32;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::Scene;
use faults::service::Service;
use futures::StreamExt as _;
use store_api::StoreView;

/// As many as there may be scenes: most of one is waiting.
const AT_ONCE: usize = 6;

/// Plays the same for each case, several at once; the failure names its case.
async fn each<C: std::fmt::Debug>(
    cases: impl IntoIterator<Item = C>,
    play: impl AsyncFn(&C) -> Result<()>,
) -> Result<()> {
    let one = async |case: C| play(&case).await.with_context(|| format!("case {case:?}"));
    let mut outcomes = futures::stream::iter(cases).map(one).buffer_unordered(AT_ONCE);
    let mut failed = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        if let Err(error) = outcome {
            failed.push(format!("{error:#}"));
        }
    }
    anyhow::ensure!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}

/// A store on its way, at the call that `meets` knows for this step: the call is held. For a deletion the store is ready
/// before it is asked for.
async fn held_at(
    scene: &Scene,
    step: &'static str,
    meets: fn(&str, &Call) -> bool,
) -> Result<(Arc<Service>, StoreView)> {
    let held = scene.proxy.add(Rule::new(Fault::Hold, move |call| meets(step, call)).times(1));
    let service = scene.start().await?;
    let store = scene.create(&service, "cups").await?;
    if step == "a deletion" {
        scene.ready(&service, &store.id).await?;
        service.client.store_delete(&store.id).await?;
    }
    held.hit(1).await?;
    Ok((service, store))
}

/// What was under way at the step that `held_at` held: the deletion, or the creation by one release.
async fn comes_to_its_end(scene: &Scene, service: &Service, step: &str, store: &str) -> Result<()> {
    if step == "a deletion" {
        scene.deleted(service, store).await?;
        return Ok(());
    }
    scene.ready(service, store).await?;
    scene.one_release(store).await
}
