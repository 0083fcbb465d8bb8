//! From the first second to the day after a restart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::{Scene, Store, beside_others};
use serde_json::{Value, json};
use shopper::{Customer, Order};
use store_api::{StepState, StoreView};
use store_model::{Engine, Phase, Stage};

use super::installer::Intruder;
use super::owner::Owner;
use super::{hidden_proof, purchase};

/// One red pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const RESTART: Duration = Duration::from_mins(5);

#[tokio::test]
async fn a_store_sells_and_a_restart_of_every_pod_loses_nothing() -> Result<()> {
    beside_others(async |scene| {
        let request = scene.request("life", Engine::Woocommerce).await?;
        let intruder = Intruder::start(&scene.world, &format!("{}.{}", request.name, scene.world.base_domain))?;
        let key = unique_key()?;
        let store = scene.create(&request, Some(&key)).await?;
        let repeated = scene.world.client.store_create(&request, Some(&key)).await?;
        assert_eq!(repeated.id, store.view.id, "the same key and body mean the same store");

        let ready = store.ready().await?;
        ready_says_what_it_sold(&ready)?;
        steps_in_order(&store, &ready).await?;
        let report = intruder.give_up().await?;
        report.check()?;

        let credentials = store.credentials().await?;
        let first = purchase::buy(&store, &credentials, &Order::first(Customer::example())).await?;
        let proof = ready.proof.as_ref().context("the proof")?;
        hidden_proof::check(&store, &credentials, proof, &[&first]).await?;

        let product = create_product(&store, &credentials).await?;
        let owner = Owner::log_in(&store, &credentials).await?;
        let upload = owner.upload("pixel.png", "image/png", &STANDARD.decode(PIXEL)?).await?;

        restart_every_pod(scene, &store).await?;

        owner.is_in().await.context("the log-in session from before the restart")?;
        upload.is_there(&store.visitor()?).await.context("the upload from before the restart")?;
        purchase::owner_sees(&store, &credentials, &first).await.context("the order from before the restart")?;
        let order = Order::product(product, Customer::example());
        let second =
            purchase::buy(&store, &credentials, &order).await.context("the product from before the restart")?;
        assert_ne!(second.order_id, first.order_id);
        assert_eq!(store.ready().await?.phase, Phase::Ready);
        Ok(())
    })
    .await
}

fn unique_key() -> Result<String> {
    Ok(format!("e2e-{}-{}", std::process::id(), SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos()))
}

fn ready_says_what_it_sold(ready: &StoreView) -> Result<()> {
    let proof = ready.proof.as_ref().context("a ready store has a proof")?;
    ensure!(proof.order_id.parse::<u64>().is_ok_and(|id| id > 0), "the proof's order: {proof:?}");
    ensure!(proof.total.parse::<f64>().is_ok_and(|total| total > 0.0), "the proof's total: {proof:?}");
    assert_eq!(proof.currency, "EUR", "the currency when none is asked for");
    ensure!(proof.seconds.milliseconds > 0, "the proof took no time: {proof:?}");
    ensure!(ready.ready_at.is_some_and(|at| at > ready.created_at), "ready after it was created: {ready:?}");
    assert_eq!(ready.reason, None, "a ready store has nothing to complain about");
    Ok(())
}

/// Every step ended well, none before the one it stands on, and the events told it in that order.
async fn steps_in_order(store: &Store, ready: &StoreView) -> Result<()> {
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

async fn create_product(store: &Store, credentials: &store_api::CredentialsView) -> Result<String> {
    let product = json!({ "name": "A cup that outlives its shelf", "regular_price": "12.50", "sku": "e2e-cup" });
    let page = store.admin_post(credentials, "/wp-json/wc/v3/products", &product).await?;
    Ok(page.expect(201)?.json()?["id"].to_string())
}

/// Nothing of the old pods is left, and their successors are ready.
async fn restart_every_pod(scene: &Scene, store: &Store) -> Result<()> {
    let kubectl = &scene.world.kubectl;
    let namespace = format!("--namespace={}", store.namespace());
    let old = kubectl.items(&["get", "pods", &namespace]).await?;
    let old: Vec<Value> = old.iter().map(|pod| pod["metadata"]["uid"].clone()).collect();
    ensure!(old.len() >= 2, "a database and an application: {old:?}");
    kubectl.ask(&["delete", "pods", "--all", &namespace, "--wait=true"]).await?;
    for component in ["database", "app"] {
        let selector = format!("--selector=app.kubernetes.io/component={component}");
        let ready = |pods: &[Value]| {
            let new = pods.iter().find(|pod| !old.contains(&pod["metadata"]["uid"]))?;
            let conditions = new["status"]["conditions"].as_array()?;
            conditions.iter().any(|c| c["type"] == "Ready" && c["status"] == "True").then_some(())
        };
        kubectl.until(&["pods", &namespace, &selector], RESTART, ready).await.context("wait for the new pods")?;
    }
    Ok(())
}
