//! A name is used again at once: another store, with other credentials and other disks.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::service::Service;
use faults::{PATIENCE, until};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::api::{Api, ListParams};
use store_api::CreateStore;
use tokio::time::timeout;

/// A hundred lives. A deletion takes the namespace controller five seconds, so they are many names at once.
const NAMES: usize = 25;
const LIVES: usize = 4;

#[test]
fn row_16_a_name_is_used_again_at_once() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        try_join_all((0..NAMES).map(|nth| lives(scene, &service, nth))).await?;
        Ok(())
    })
}

async fn lives(scene: &Scene, service: &Service, nth: usize) -> Result<()> {
    let request = scene.request(&format!("cups{nth}"));
    let (mut ids, mut passwords, mut volumes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for life in 0..LIVES {
        let id = created(service, &request).await?;
        scene.ready(service, &id).await?;
        let credentials =
            until("the credentials", PATIENCE, async || Ok(Some(service.client.store_credentials(&id).await?))).await?;
        ensure!(ids.insert(id.clone()), "life {life}: the id {id} came twice");
        ensure!(passwords.insert(credentials.admin_password.clone()), "life {life}: an old password came back");
        for volume in volumes_of(scene, &id).await? {
            ensure!(volumes.insert(volume.clone()), "life {life}: the old volume {volume} was bound again");
        }
        let taken = until("an answer while it is being deleted", PATIENCE, async || {
            service.client.store_delete(&id).await?;
            Ok(Some(service.post(&request, None).await?).filter(|answer| answer.status != 429))
        })
        .await?;
        ensure!(taken.status == 409, "life {life}: the name was given away while its store is being deleted");
    }
    ensure!(volumes.len() >= LIVES, "the stores had only {} volumes", volumes.len());
    Ok(())
}

/// Asks again as often as it is told when to, and never sooner.
async fn created(service: &Service, request: &CreateStore) -> Result<String> {
    let asked = async {
        loop {
            let answer = service.post(request, None).await?;
            // 429 as well: there are many at once.
            if !matches!(answer.status, 409 | 429) {
                ensure!(answer.status == 202, "{answer:?}");
                return Ok(answer.body["id"].as_str().context("a store without an id")?.to_owned());
            }
            let hint = answer.headers.get("retry-after").context("no hint when to ask again")?;
            tokio::time::sleep(Duration::from_secs(hint.to_str()?.parse()?)).await;
        }
    };
    timeout(PATIENCE, asked).await.context("wait for the name to be free")?
}

async fn volumes_of(scene: &Scene, id: &str) -> Result<Vec<String>> {
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(scene.plane.client.clone(), &format!("store-{id}"));
    until("the claims to be bound", PATIENCE, async || {
        let claims = claims.list(&ListParams::default()).await?.items;
        let volumes: Vec<String> = claims.iter().filter_map(|claim| claim.spec.as_ref()?.volume_name.clone()).collect();
        Ok((!volumes.is_empty() && volumes.len() == claims.len()).then_some(volumes))
    })
    .await
}
