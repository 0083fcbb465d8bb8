//! An API server that serves only so many calls a second: everybody waits a little, and nobody fails.

use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};
use futures::future::try_join_all;

/// Few enough that a busy machine asks for more too.
const PER_SECOND: f64 = 8.0;
/// 36 calls and a few looks each: half a minute of an API server like that.
const STORES: usize = 6;

#[test]
fn row_27_a_throttled_api_server_fails_nobody() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let bucket = Mutex::new((PER_SECOND, Instant::now()));
        let too_many = move |call: &Call| {
            let mut bucket = bucket.lock().unwrap();
            let (drops, filled) = *bucket;
            let now = Instant::now();
            let drops = (drops + (now - filled).as_secs_f64() * PER_SECOND).min(PER_SECOND);
            let refused = drops < 1.0 && !call.is_watch();
            *bucket = (if refused { drops } else { drops - 1.0 }, now);
            refused
        };
        let busy = Fault::Answer { code: 429, reason: "TooManyRequests", message: "slow down", retry_after: Some(1) };
        let rule = scene.proxy.add(Rule::new(busy, too_many));
        let service = scene.start().await?;
        let one = async |nth: usize| {
            let store = scene.create(&service, &format!("cups{nth}")).await?;
            scene.ready(&service, &store.id).await
        };
        try_join_all((0..STORES).map(one)).await?;
        println!("{} calls were told to come later", rule.hits());
        ensure!(rule.hits() > 0, "nobody was throttled");
        // In their events: a sale sets a row's attempts back to none.
        let counted = scene.attempts().await?;
        ensure!(counted.is_empty(), "being told to wait was counted as a failure: {counted:?}");
        Ok(())
    })
}
