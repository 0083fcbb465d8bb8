//! SIGTERM, as a rollout sends it: the next replica goes on in less than two seconds, and the release is never pending.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use faults::proxy::{Call, Fault, Rule};
use faults::scene::{Kind, Scene, play};

#[test]
fn row_04_sigterm_hands_over_in_two_seconds() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let half_way = |call: &Call| call.is_helms() && call.method == "PATCH" && call.is_about("deployments");
        let held = scene.proxy.add(Rule::new(Fault::Hold, half_way).times(1));
        // A quarter of the lease is Helm's time to end well: enough on a busy machine.
        let settings = scene.settings.env("LEASE_SECONDS", "60");
        let old = scene.start_with(&settings).await?;
        let store = scene.create(&old, "cups").await?;
        held.hit(1).await?;
        let new = scene.start_with(&settings).await?;
        new.is_ready_to_serve().await?;

        let status = old.terminate().await?;
        let gone = Instant::now();
        new.passed("claim.after-commit", 1).await?;
        let takeover = gone.elapsed();
        scene.proxy.clear();
        scene.ready(&new, &store.id).await?;
        scene.one_release(&store.id).await?;

        ensure!(status.success(), "it ended with {status}");
        ensure!(takeover < Duration::from_secs(2), "the takeover took {takeover:?}");
        let recovered = new.process.log.count(|line| line["point"] == "deed.recover-release.before");
        ensure!(recovered == 0, "the release was left pending: the next replica had to set it free");
        println!("takeover after SIGTERM: {} ms", takeover.as_millis());
        Ok(())
    })
}
