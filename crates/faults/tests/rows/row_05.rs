//! The API server is away: nothing is lost, reading and accepting go on, and it is not stormed when it comes back.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play, play_alone, play_here};
use faults::{PATIENCE, runtime, until};
use store_api::ClientError;
use store_model::Phase;

use crate::{comes_to_its_end, each, held_at};

/// What a store's way asks of the API server, by the call that meets the outage.
const STEPS: [&str; 7] = [
    "namespaces",
    "rolebindings",
    "secrets",
    "helm's first call",
    "helm's deployment",
    "helm's last call",
    "a deletion",
];

fn meets(step: &str, call: &Call) -> bool {
    match step {
        "helm's first call" => call.is_helms(),
        "helm's deployment" => call.is_helms() && call.method == "PATCH" && call.is_about("deployments"),
        "helm's last call" => call.is_helms() && call.method == "PUT",
        "a deletion" => call.is_provisioners() && call.method == "DELETE" && call.path.contains("/namespaces/store-"),
        made => call.makes(made),
    }
}

const STORES: usize = 40;
const DEATHS: usize = 3;

/// Longer than two back-offs.
const OUTAGE: Duration = Duration::from_secs(6);

#[test]
fn row_05_api_server_down_at_each_step() -> Result<()> {
    runtime()?.block_on(each(STEPS, async |step| down_at(step).await))
}

async fn down_at(step: &&'static str) -> Result<()> {
    let step = *step;
    play_here(Kind::Sqlite, async |scene: &Scene| {
        let (service, store) = held_at(scene, step, meets).await?;
        scene.proxy.down().await?;

        let accepted = service.client.store_create(&scene.request("mugs"), Some("meanwhile")).await?;
        let since = Instant::now();
        while since.elapsed() < OUTAGE {
            let view = service.client.store_get(&store.id).await?;
            ensure!(view.phase != Phase::Failed, "the store failed for the cluster's sake: {:?}", view.reason);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        scene.proxy.clear();
        scene.proxy.up().await?;
        scene.ready(&service, &accepted.id).await?;
        comes_to_its_end(scene, &service, step, &store.id).await
    })
    .await
}

#[test]
fn row_05_calls_grow_with_the_logarithm_of_the_outage() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        // Its lists are whole then: one that never had them claims nothing, and so calls nothing.
        let before = scene.create(&service, "mugs").await?;
        scene.ready(&service, &before.id).await?;
        scene.proxy.cut();
        let away = scene.proxy.add(Rule::new(Fault::Close, |_| true));
        let store = scene.create(&service, "cups").await?;
        let begun = scene.proxy.mark();
        let calls_in = async |duration| {
            let mark = scene.proxy.mark();
            tokio::time::sleep(duration).await;
            scene.proxy.calls()[mark..]
                .iter()
                .filter(|call| call.namespace().is_some() || call.makes("namespaces"))
                .count()
        };
        // Three times as long, and no more calls.
        let (first, then) = (calls_in(Duration::from_secs(8)).await, calls_in(Duration::from_secs(24)).await);
        ensure!(first > 0 && away.hits() > 0 && scene.proxy.mark() > begun, "nothing met the outage");
        ensure!(then <= first.max(4) + 2, "{first} calls in the first 8 s, {then} in the 24 s after");
        scene.proxy.clear();
        let since = Instant::now();
        scene.ready(&service, &store.id).await?;
        println!(
            "outage of 32 s: {first} calls in its first 8 s, {then} after; ready {} s later",
            since.elapsed().as_secs()
        );
        Ok(())
    })
}

/// Also before an API server that has just begun knows its roles: for a moment it refuses what it allows later.
#[test]
fn row_05_an_api_server_killed_and_started_again_under_creations() -> Result<()> {
    play_alone(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        service.is_ready_to_serve().await?;
        let asking = async {
            // As fast as they are let in: at each moment some store is at some step.
            for nth in 0..STORES {
                scene.create(&service, &format!("cups{nth}")).await?;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            anyhow::Ok(())
        };
        let dying = async {
            for _ in 0..DEATHS {
                scene.plane.api_server_anew().await?;
                let so_far = scene.proxy.count(Call::is_helms);
                scene.proxy.until("a release's first call after it", so_far + 1, Call::is_helms).await?;
            }
            anyhow::Ok(())
        };
        futures::try_join!(asking, dying)?;
        for row in scene.database.rows().await? {
            scene.ready(&service, &row.id).await?;
            scene.one_release(&row.id).await?;
        }
        let failed: Vec<_> =
            scene.database.events().await?.into_iter().filter(|event| event.phase == Phase::Failed.as_str()).collect();
        ensure!(failed.is_empty(), "the cluster's fault was a store's: {failed:?}");
        Ok(())
    })
}

/// It accepts, serves what it has and says what it can't do; then it goes on by itself.
#[test]
fn row_05_a_provisioner_that_starts_meanwhile() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        scene.proxy.down().await?;
        let service = scene.begin_with(&scene.settings)?;
        let store =
            until("a request to be accepted", PATIENCE, async || Ok(Some(scene.create(&service, "cups").await?)))
                .await?;
        // The database alone decides where requests go: without the cluster they are still accepted and answered.
        ensure!(service.status("/health/ready").await? == 200, "it is not sent any requests");
        let refused = service.client.doctor_sweep().await;
        let Err(ClientError::Refused(problem)) = refused else { bail!("a sweep that saw nothing said {refused:?}") };
        ensure!(problem.status == 503, "{problem:?}");
        ensure!(service.client.store_get(&store.id).await?.phase == Phase::Requested, "something was done unseen");
        scene.proxy.up().await?;
        scene.ready(&service, &store.id).await?;
        ensure!(service.client.doctor_sweep().await?.sweep.at.is_some(), "no sweep");
        Ok(())
    })
}
