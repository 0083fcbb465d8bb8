//! A poison store: it hangs and fails for ever, and costs its own attempts and nobody else's time.

use std::time::Instant;

use anyhow::{Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::service::Service;
use faults::till::Mood;
use futures::future::try_join_all;
use store_model::{Phase, ReasonCode};

const OTHERS: usize = 20;

#[test]
fn row_30_a_poison_store_slows_nobody() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        // In one run, so that both have the same machine.
        let alone = others(scene, &service, "clean").await?;
        scene.till.mood(&scene.host("poison"), Mood::Hangs);
        let poison = scene.create(&service, "poison").await?;
        service.passed("deed.prove.before", OTHERS + 1).await?;
        let beside = others(scene, &service, "beside").await?;
        println!("{OTHERS} stores: {alone:.1} s alone, {beside:.1} s beside a poison store");
        // It hangs all the while, and holds one of four hands; the others do the rest. Its attempts end by themselves
        // after 20 s each: on a machine that takes so long for the others they may all be used up.
        let hanging = service.client.store_get(&poison.id).await?;
        let used_up = hanging.phase == Phase::Failed && beside > 6.0 * 20.0;
        ensure!(hanging.phase == Phase::Proving || used_up, "the poison store was {:?} by then", hanging.phase);

        scene.till.mood(&scene.host("poison"), Mood::Broken);
        let failed = scene.phase(&service, &poison.id, Phase::Failed).await?;
        ensure!(failed.attempts == 6, "{} attempts", failed.attempts);
        ensure!(
            failed.reason.is_some_and(|reason| matches!(reason.code, ReasonCode::ProofRefused | ReasonCode::Route))
        );
        Ok(())
    })
}

async fn others(scene: &Scene, service: &Service, what: &str) -> Result<f64> {
    let since = Instant::now();
    let one = async |nth: usize| {
        let store = scene.create(service, &format!("{what}{nth}")).await?;
        scene.ready(service, &store.id).await
    };
    try_join_all((0..OTHERS).map(one)).await?;
    Ok(since.elapsed().as_secs_f64())
}
