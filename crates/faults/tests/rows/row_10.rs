//! The connection dies between a COMMIT and its answer: what is there is read, and nothing is done twice.

use anyhow::{Result, ensure};
use faults::scene::{Kind, Scene, play};

#[test]
fn row_10_the_answer_to_a_commit_is_lost() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let service = scene.start().await?;
        service.is_ready_to_serve().await?;
        let wire = scene.database.wire()?;
        wire.lose_answers(1);
        let request = scene.request("cups");
        let first = service.post(&request, Some("once")).await?;
        // Its COMMIT or one of the worker's: the client asks again until it is told, as the key allows.
        let store = service.client.store_create(&request, Some("once")).await?;
        ensure!(scene.database.rows().await?.len() == 1, "{} and then a second row", first.status);
        scene.ready(&service, &store.id).await?;
        ensure!(wire.lost() == 1, "no answer was lost");
        scene.one_release(&store.id).await
    })
}

/// Each of a creation's commits loses its answer, one after the other, on as many stores.
#[test]
fn row_10_the_answer_to_each_commit_of_a_creation_is_lost() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let service = scene.start().await?;
        service.is_ready_to_serve().await?;
        let wire = scene.database.wire()?;
        let mut lost = 0;
        for nth in 0..5 {
            // Beginning with another one each time: between two a claim lapses and is taken up again.
            wire.lose_answers_after(nth, 2);
            let suffix = format!("cups{nth}");
            let store = service.client.store_create(&scene.request(&suffix), Some(&suffix)).await?;
            scene.ready(&service, &store.id).await?;
            scene.one_release(&store.id).await?;
            lost = wire.lost();
        }
        ensure!(lost >= 8, "only {lost} answers were lost");
        Ok(())
    })
}
