//! The same request many times: one store, and everybody is told of that one.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use faults::runtime;
use faults::scene::{Kind, Scene, play_here};
use futures::future::try_join_all;

use crate::each;

#[test]
fn row_13_fifty_clicks_make_one_store() -> Result<()> {
    runtime()?.block_on(each([Kind::Sqlite, Kind::Postgres], async |kind| fifty_clicks(*kind).await))
}

async fn fifty_clicks(kind: Kind) -> Result<()> {
    play_here(kind, async |scene: &Scene| {
        let service = scene.start().await?;
        let request = scene.request("cups");
        let answers = try_join_all((0..50).map(|_| service.post(&request, Some("click")))).await?;
        // 409 is for whoever was impatient while the first was at work, 503 for whom no connection was left: both say
        // when to ask again.
        let (accepted, early): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 202);
        let in_flight = |answer: &&faults::service::Answer| {
            let is = |word: &str| answer.body["type"].as_str().is_some_and(|kind| kind.ends_with(word));
            answer.status == 409 && is("in-flight") || answer.status == 503 && is("database-away")
        };
        ensure!(early.iter().all(in_flight), "{early:?}");
        let ids: BTreeSet<&str> = accepted.iter().filter_map(|answer| answer.body["id"].as_str()).collect();
        ensure!(ids.len() == 1 && !accepted.is_empty(), "the answers name {ids:?}");
        let bodies: BTreeSet<String> = accepted.iter().map(|answer| answer.body.to_string()).collect();
        ensure!(bodies.len() == 1, "the same key was answered in {} ways", bodies.len());
        ensure!(scene.database.rows().await?.len() == 1, "more than one row");

        let other = service.post(&scene.request("mugs"), Some("click")).await?;
        ensure!(matches!(other.status, 409 | 422), "the key with another body: {}", other.status);
        let again = service.post(&request, None).await?;
        ensure!(again.status == 409, "the name without the key: {}", again.status);
        let Some(id) = ids.first() else { return Ok(()) };
        scene.ready(&service, id).await?;
        ensure!(scene.proxy.count(|call| call.makes("namespaces")) == 1, "more than one namespace was asked for");
        Ok(())
    })
    .await
}
