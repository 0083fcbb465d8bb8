//! Answers that are no: each class in its own way, and none of them in a storm.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
use store_model::{Phase, ReasonCode};

/// Nothing tells that nothing is tried any more; two back-offs fit into this.
const QUIET: Duration = Duration::from_secs(4);

fn answer(code: u16, reason: &'static str, message: &'static str) -> Fault {
    Fault::Answer { code, reason, message, retry_after: None }
}

#[test]
fn row_07_429_waits_as_long_as_it_says() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let busy = Fault::Answer { code: 429, reason: "TooManyRequests", message: "later", retry_after: Some(5) };
        let rule = scene.proxy.add(Rule::new(busy, |call| call.makes("namespaces")).times(1));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        rule.hit(1).await?;
        scene.ready(&service, &store.id).await?;
        let asked: Vec<_> = scene.proxy.calls().into_iter().filter(|call| call.makes("namespaces")).collect();
        let [first, second, ..] = asked.as_slice() else { anyhow::bail!("asked {} times", asked.len()) };
        let pause = second.begun - first.begun;
        ensure!(pause >= Duration::from_secs(5), "asked again after {pause:?}");
        ensure!(pause < Duration::from_secs(15), "asked again only after {pause:?}");
        Ok(())
    })
}

#[test]
fn row_07_503_and_409_are_tried_again() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let away = answer(503, "ServiceUnavailable", "starting");
        scene.proxy.add(Rule::new(away, |call| call.makes("namespaces")).times(2));
        // It is there already, says the answer; the next look finds that it is not.
        let taken = answer(409, "AlreadyExists", "rolebindings already exists");
        scene.proxy.add(Rule::new(taken, |call| call.makes("rolebindings")).times(1));
        let conflict = answer(409, "Conflict", "the object has been modified");
        let update = |call: &Call| call.is_helms() && call.method == "PUT";
        let met = scene.proxy.add(Rule::new(conflict, update).times(1));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        ensure!(met.hits() == 1, "no helm met the conflict");
        scene.one_release(&store.id).await
    })
}

#[test]
fn row_07_422_fails_at_once_with_its_reason() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let invalid = answer(422, "Invalid", "RoleBinding is invalid: the test says so");
        let rule = scene.proxy.add(Rule::new(invalid, |call| call.makes("rolebindings")));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Release && reason.detail.contains("the test says so"), "{reason:?}");
        tokio::time::sleep(QUIET).await;
        ensure!(rule.hits() == 1, "asked {} times for the same answer", rule.hits());
        // The cure is a person's, and the retry goes on where it stopped.
        scene.proxy.clear();
        service.client.store_retry(&store.id).await?;
        scene.ready(&service, &store.id).await?;
        Ok(())
    })
}

#[test]
fn row_07_403_of_a_quota_fails_at_once_with_quota() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let quota = answer(403, "Forbidden", "deployments.apps is forbidden: exceeded quota: store");
        let creation = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
        scene.proxy.add(Rule::new(quota, creation));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        let reason = failed.reason.context("a failure without a reason")?;
        ensure!(reason.code == ReasonCode::Quota, "{reason:?}");
        tokio::time::sleep(QUIET).await;
        let runs = service.metric("store_platform_helm_runs_total").await?;
        ensure!((runs - 1.0).abs() < f64::EPSILON, "helm ran {runs} times for the same answer");
        Ok(())
    })
}
