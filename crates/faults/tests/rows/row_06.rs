//! A write is applied and its answer lost: doing it again changes nothing.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};

use crate::each;

/// Of a store's forty writes each is lost once, dealt out to so many stores: one that loses all would use up its attempts.
const HANDS: usize = 12;

#[test]
fn row_06_the_answer_to_each_write_is_lost() -> Result<()> {
    let lost = Arc::new(Mutex::new(0));
    runtime()?.block_on(each(0..HANDS, async |hand| {
        *lost.lock().unwrap() += one(*hand).await?;
        Ok(())
    }))?;
    let lost = *lost.lock().unwrap();
    println!("answers lost: {lost}");
    ensure!(lost >= 30, "only {lost} answers were lost: the test meets less than it says");
    Ok(())
}

async fn one(hand: usize) -> Result<usize> {
    let lost = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&lost);
    play_here(Kind::Sqlite, async move |scene: &Scene| {
        // In the order in which they come up, by what they write: a repeat is let through.
        let known: Mutex<BTreeMap<String, usize>> = Mutex::default();
        let fresh = move |call: &Call| {
            if !call.is_write() {
                return false;
            }
            let mut known = known.lock().unwrap();
            let count = known.len();
            let mut first = false;
            known.entry(format!("{} {}", call.method, call.path)).or_insert_with(|| {
                first = true;
                count
            });
            first && count % HANDS == hand
        };
        let rule = scene.proxy.add(Rule::new(Fault::LoseAnswer, fresh));
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        scene.one_release(&store.id).await?;
        service.client.store_delete(&store.id).await?;
        scene.deleted(&service, &store.id).await?;
        *counted.lock().unwrap() = rule.hits();
        Ok(())
    })
    .await?;
    let lost = *lost.lock().unwrap();
    Ok(lost)
}
