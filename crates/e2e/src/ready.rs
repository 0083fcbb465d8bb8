//! What a store that got ready says of itself.

use anyhow::{Context as _, Result, ensure};
use store_api::{StepState, StoreView};
use store_model::{Phase, Stage};

use crate::Store;

pub fn says_what_it_sold(ready: &StoreView) -> Result<()> {
    let proof = ready.proof.as_ref().context("a ready store has a proof")?;
    ensure!(!proof.order_id.is_empty() && proof.order_id != "0", "the proof's order: {proof:?}");
    ensure!(proof.total.parse::<f64>().is_ok_and(|total| total > 0.0), "the proof's total: {proof:?}");
    assert_eq!(proof.currency, "EUR", "the currency when none is asked for");
    ensure!(proof.seconds.milliseconds > 0, "the proof took no time: {proof:?}");
    ensure!(ready.ready_at.is_some_and(|at| at > ready.created_at), "ready after it was created: {ready:?}");
    assert_eq!(ready.reason, None, "a ready store has nothing to complain about");
    Ok(())
}

/// Every step ended well, none before the one it stands on, and the events told it in that order.
pub async fn steps_in_order(store: &Store, ready: &StoreView) -> Result<()> {
    for stage in Stage::ALL {
        let step = ready.steps.iter().find(|step| step.step == stage);
        let step = step.with_context(|| format!("no step {}", stage.as_str()))?;
        assert_eq!(step.state, StepState::Done, "step {}", stage.as_str());
        ensure!(step.started_at.is_some() && step.started_at <= step.ended_at, "times of {step:?}");
    }
    let events = store.events().await?;
    ensure!(events.is_sorted_by(|one, next| one.id < next.id), "events out of order: {events:?}");
    let done = |stage: Stage| {
        let event = events.iter().find(|event| event.step == Some(stage) && event.state == Some(StepState::Done));
        event.map(|event| event.id).with_context(|| format!("no event ends step {}: {events:?}", stage.as_str()))
    };
    // Database, application and route come up side by side; what stands on something else comes after it.
    for (before, after) in [
        (Stage::Namespace, Stage::Credentials),
        (Stage::Credentials, Stage::Release),
        (Stage::Release, Stage::Application),
        (Stage::Database, Stage::Application),
        (Stage::Application, Stage::Proof),
        (Stage::Route, Stage::Proof),
    ] {
        ensure!(done(before)? <= done(after)?, "{} ended after {}: {events:?}", before.as_str(), after.as_str());
    }
    let mut phases: Vec<Phase> = events.iter().map(|event| event.phase).collect();
    phases.dedup();
    assert_eq!(
        phases,
        [Phase::Requested, Phase::Provisioning, Phase::Proving, Phase::Ready],
        "the phases in their order"
    );
    Ok(())
}
