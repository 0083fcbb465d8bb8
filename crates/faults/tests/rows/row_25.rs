//! Orphans: an older database is put back, or none is left. Nothing that lives is deleted, and adopting makes the rows
//! again while the stores go on. Where the API server is other tests' too the grace time stays at its day.

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play, play_alone};
use faults::service::Service;
use faults::{PATIENCE, until};
use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use store_api::{AdoptionOutcome, OrphanView, StoreView};
use store_model::orphans::Orphan;
use store_model::{Phase, ReasonCode};

/// What the sweep says of one store; the API server holds stores of other tests too.
async fn orphans_of(service: &Service, store: &str) -> Result<Vec<OrphanView>> {
    // Who has just started may have seen too little yet, and says to ask again.
    let report = until("a sweep", PATIENCE, async || Ok(Some(service.client.doctor_sweep().await?))).await?;
    ensure!(report.audit.intact, "{:?}", report.audit);
    Ok(report.orphans.into_iter().filter(|orphan| orphan.store_id == store).collect())
}

async fn adopt(service: &Service, store: &str) -> Result<AdoptionOutcome> {
    let report = service.client.doctor_adopt(Some(&format!("store-{store}"))).await?;
    let item = report.items.into_iter().next().context("nothing was answered")?;
    ensure!(item.outcome != AdoptionOutcome::Refused, "{item:?}");
    Ok(item.outcome)
}

/// What the owner chose and was given.
fn identity(view: &StoreView) -> impl PartialEq + std::fmt::Debug {
    let StoreView { id, name, engine, plan, host, url, title, created_at, created_by, .. } = view.clone();
    (id, name, engine.as_str(), plan.as_str(), host, url, title, (created_at, created_by))
}

#[test]
fn row_25_yesterdays_database_deletes_nothing_that_lives_on_sqlite() -> Result<()> {
    yesterday(Kind::Sqlite)
}

#[test]
fn row_25_yesterdays_database_deletes_nothing_that_lives_on_postgres() -> Result<()> {
    yesterday(Kind::Postgres)
}

fn yesterday(kind: Kind) -> Result<()> {
    play(kind, async |scene: &Scene| {
        let service = scene.start().await?;
        let old = scene.create(&service, "old").await?;
        scene.ready(&service, &old.id).await?;
        service.terminate().await?;
        scene.database.back_up().await?;

        let service = scene.start().await?;
        let mut since = Vec::new();
        for name in ["cups", "mugs"] {
            let store = scene.create(&service, name).await?;
            let ready = scene.ready(&service, &store.id).await?;
            let credentials = service.client.store_credentials(&store.id).await?;
            since.push((ready, credentials));
        }
        service.terminate().await?;

        let mark = scene.proxy.mark();
        scene.database.put_back().await?;
        let service = scene.start().await?;
        for _ in 0..3 {
            for (store, _) in &since {
                let found = orphans_of(&service, &store.id).await?;
                let [orphan] = found.as_slice() else { anyhow::bail!("{found:?}") };
                ensure!(orphan.kind == Orphan::Namespace && orphan.adoptable, "{orphan:?}");
                ensure!(orphan.removes_at.is_none() && !orphan.holds.is_empty(), "it would be taken away: {orphan:?}");
            }
            ensure!(orphans_of(&service, &old.id).await?.is_empty(), "a store in order is an orphan");
        }
        // One of them is from before namespaces described their stores: its release does.
        let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
        let none = json!({"metadata": {"annotations": {"store-platform.dev/store": null}}});
        let name = format!("store-{}", since[1].0.id);
        namespaces.patch(&name, &PatchParams::default(), &Patch::Merge(&none)).await?;

        for (store, credentials) in &since {
            ensure!(adopt(&service, &store.id).await? == AdoptionOutcome::Adopted, "it has a row");
            let ready = scene.ready(&service, &store.id).await?;
            ensure!(identity(&ready) == identity(store), "{ready:?} was {store:?}");
            ensure!(ready.proof.is_some(), "ready without an order");
            ensure!(service.client.store_credentials(&store.id).await? == *credentials, "the credentials changed");
            ensure!(adopt(&service, &store.id).await? == AdoptionOutcome::Known, "it was adopted twice");
            ensure!(orphans_of(&service, &store.id).await?.is_empty(), "what was adopted is an orphan");
        }
        let calls = scene.proxy.calls().split_off(mark);
        for (store, _) in &since {
            let of: Vec<_> = calls.iter().filter(|call| call.path.contains(&store.id)).collect();
            ensure!(of.iter().all(|call| !call.is_helms()), "helm ran for a store that lives");
            let written: Vec<String> =
                of.iter().filter(|call| call.is_write()).map(|call| format!("{} {}", call.method, call.path)).collect();
            ensure!(written.is_empty(), "a store that lives was written to: {written:?}");
        }
        Ok(())
    })
}

/// Also row 17's: a namespace with our labels and another UID is somebody else's.
#[test]
fn row_25_a_store_whose_namespace_is_gone_says_so_and_a_look_alike_stays() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let store = scene.create(&service, "cups").await?;
        scene.ready(&service, &store.id).await?;
        let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
        let name = format!("store-{}", store.id);
        let own = namespaces.get(&name).await?;
        namespaces.delete(&name, &DeleteParams::default()).await?;
        until("the namespace to be gone", PATIENCE, async || {
            Ok(namespaces.get_opt(&name).await?.is_none().then_some(()))
        })
        .await?;
        until("the sweep to find it lost", PATIENCE, async || {
            let found = orphans_of(&service, &store.id).await?;
            Ok(found.iter().any(|orphan| orphan.kind == Orphan::Lost).then_some(()))
        })
        .await?;
        orphans_of(&service, &store.id).await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        ensure!(failed.reason.is_some_and(|reason| reason.code == ReasonCode::NamespaceLost), "another reason");

        let look_alike = json!({"metadata": {"name": name, "labels": own.metadata.labels}});
        let made = namespaces.create(&PostParams::default(), &serde_json::from_value(look_alike)?).await?;
        until("the sweep to see the look-alike", PATIENCE, async || {
            let found = orphans_of(&service, &store.id).await?;
            Ok(found.iter().any(|orphan| orphan.kind == Orphan::LookAlike).then_some(()))
        })
        .await?;
        service.client.store_retry(&store.id).await?;
        let failed = scene.phase(&service, &store.id, Phase::Failed).await?;
        ensure!(failed.reason.is_some_and(|reason| reason.code == ReasonCode::ForeignNamespace), "another reason");
        service.client.store_delete(&store.id).await?;
        scene.deleted(&service, &store.id).await?;
        let found = orphans_of(&service, &store.id).await?;
        ensure!(found.iter().all(|orphan| orphan.removes_at.is_none()), "it would be taken away: {found:?}");
        let after = namespaces.get(&name).await?;
        ensure!(after.metadata.uid == made.metadata.uid && after.metadata.deletion_timestamp.is_none(), "it is gone");
        // What the test made, the test takes away.
        namespaces.delete(&name, &DeleteParams::default()).await?;
        until("the look-alike to be gone", PATIENCE, async || {
            Ok(namespaces.get_opt(&name).await?.is_none().then_some(()))
        })
        .await
    })
}

/// On an API server of its own: without a grace time other tests' stores would go. The database is lost when a store was
/// half made. Its namespace holds nothing and goes; one that somebody put a claim into, without any label, stays; and a
/// store that sells stays.
#[test]
fn row_25_only_what_holds_nothing_goes() -> Result<()> {
    play_alone(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start().await?;
        let lives = scene.create(&service, "lives").await?;
        scene.ready(&service, &lives.id).await?;
        service.terminate().await?;
        let service = scene.start_with(&scene.settings.pause_at("deed.create-credentials.before")).await?;
        let bare = scene.create(&service, "bare").await?;
        let holds = scene.create(&service, "holds").await?;
        service.passed("deed.create-credentials.before", 2).await?;
        service.process.kill().await?;

        let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
        let there = async |id: &str| -> Result<bool> {
            let namespace = namespaces.get_opt(&format!("store-{id}")).await?;
            Ok(namespace.is_some_and(|namespace| namespace.metadata.deletion_timestamp.is_none()))
        };
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(scene.plane.client.clone(), &format!("store-{}", holds.id));
        let claim = json!({"metadata": {"name": "somebodys"}, "spec": {"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Mi"}}}});
        claims.create(&PostParams::default(), &serde_json::from_value(claim)?).await?;

        let empty = scene.directory().join("empty");
        std::fs::create_dir_all(&empty)?;
        scene.database.is_at(&empty.join("store-platform.db"));
        let settings = scene.settings.env("DATA_DIR", empty.display().to_string()).env("ORPHAN_GRACE_SECONDS", "0");
        let service = scene.start_with(&settings).await?;
        until("the bare namespace to be taken away", PATIENCE, async || {
            service.client.doctor_sweep().await?;
            Ok((!there(&bare.id).await?).then_some(()))
        })
        .await?;
        for _ in 0..3 {
            service.client.doctor_sweep().await?;
        }
        ensure!(there(&holds.id).await? && there(&lives.id).await?, "what holds something was taken away");
        let report = until("the removal to be told", PATIENCE, async || {
            // Who has just started may have seen too little yet, and says to ask again.
            let report = until("a sweep", PATIENCE, async || Ok(Some(service.client.doctor_sweep().await?))).await?;
            Ok((!report.removed.is_empty()).then_some(report))
        })
        .await?;
        ensure!(report.removed.len() == 1 && report.removed[0].store_id == bare.id, "{:?}", report.removed);
        ensure!(report.audit.intact, "{:?}", report.audit);

        // All that are left have their rows again.
        let adopted = service.client.doctor_adopt(None).await?;
        ensure!(adopted.items.len() == 2, "{adopted:?}");
        for id in [&lives.id, &holds.id] {
            scene.phase(&service, id, Phase::Ready).await.with_context(|| format!("store {id} was adopted"))?;
        }
        Ok(())
    })
}
