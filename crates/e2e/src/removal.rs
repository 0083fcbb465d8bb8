//! After a deletion nothing is left.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use store_api::StoreView;
use store_model::{Phase, WorkloadKind};

use crate::{Store, World, directories, leftovers, volumes};

/// The ingress forgets a host within moments.
const ROUTE: Duration = Duration::from_secs(30);

/// What a store took up while it was there.
pub struct Footprint {
    world: World,
    store: Store,
    directories: Vec<PathBuf>,
}

impl Footprint {
    /// Taken while the store is there: what is not seen now could not be missed later.
    pub async fn of(store: &Store) -> Result<Footprint> {
        let world = store.world.clone();
        let found = leftovers(&world, store.id()).await?;
        let mut wanted: Vec<String> = ["namespace/", "persistentvolume/", "secret/"].map(str::to_owned).into();
        wanted.extend(store.workloads().map(|workload| match workload.kind {
            WorkloadKind::StatefulSet => format!("statefulset.apps/{}", workload.name),
            WorkloadKind::Deployment => format!("deployment.apps/{}", workload.name),
        }));
        for wanted in &wanted {
            ensure!(found.iter().any(|name| name.starts_with(wanted)), "the sweep does not see {wanted}: {found:?}");
        }
        let directories = directories(store).await?;
        if world.embedded {
            ensure!(directories.len() >= 2, "data of database and uploads: {directories:?}");
            for directory in &directories {
                ensure!(directory.is_dir(), "{} is no directory of this machine", directory.display());
            }
        }
        Ok(Footprint { world, store: store.clone(), directories })
    }

    /// The answer lists what was there, and none of it is there any more.
    pub async fn is_gone(&self, view: &StoreView) -> Result<()> {
        assert_eq!(view.phase, Phase::Deleted);
        let removed = view.removed.clone().context("the answer lists what was removed")?;
        let listed = |word: &str| removed.iter().any(|line| line.to_lowercase().contains(word));
        let workloads = self.store.workloads().map(|workload| workload.name);
        for word in ["namespace", "uploads"].into_iter().chain(workloads) {
            ensure!(listed(word), "the answer does not list {word}: {removed:?}");
        }
        assert_eq!(leftovers(&self.world, self.store.id()).await?, Vec::<String>::new(), "left in the cluster");
        ensure!(volumes(&self.world, self.store.id()).await?.is_empty(), "volumes are left");
        if self.world.embedded {
            for directory in &self.directories {
                ensure!(!directory.exists(), "{} is left on disk", directory.display());
            }
        }
        // Over https an unknown host has no certificate, so no handshake; over http the ingress says that it is unknown.
        if self.world.http_port.is_some() {
            let address = self.world.address("http", &self.store.view.host)?;
            self.world.visitor(&address)?.until("/", 404, ROUTE).await.context("the host still leads somewhere")?;
        }
        ensure!(self.store.visitor()?.open("/").await.is_err(), "the host still has a certificate");
        let error =
            self.world.client.store_get(&self.store.view.name).await.err().context("the name still finds it")?;
        assert_eq!(error.status(), Some(404), "the name is free: {error}");
        Ok(())
    }
}
