//! What happens to a store behind the provisioner's back, and what the sweep and an adoption see of it.

use std::collections::BTreeMap;

use store_model::orphans::{Extent, NamespaceFacts};
use store_model::{NamespaceSeen, ReasonCode, ReleaseSeen, Store, StoreId};

use super::super::description::Description;
use super::super::{Census, NamespaceSighting, Removed, Retry, StepError};
use super::world::{Level, Place};
use super::{Fake, World, refused};

impl Fake {
    /// Somebody deletes the store's namespace, and it is gone with all that was in it. Its volumes may stay.
    pub fn lose(&self, id: &StoreId, volumes: Volumes) {
        if let Some(place) = self.world().places.get_mut(id) {
            place.vanish();
            if volumes == Volumes::Go {
                place.volumes.clear();
            }
        }
    }

    /// Somebody makes a namespace of the store's name, with our labels.
    pub fn imitate(&self, store: &Store) {
        let mut world = self.world();
        let place = world.place(store);
        place.vanish();
        place.found(store);
    }

    /// The platform would install every release with other values than it did.
    pub fn outdate(&self) {
        for place in self.world().places.values_mut() {
            if place.release == (ReleaseSeen::Deployed { current: true }) {
                place.release = ReleaseSeen::Deployed { current: false };
            }
        }
    }

    /// Somebody begins to delete the store's namespace, and it does not go.
    pub fn doom(&self, id: &StoreId) {
        if let Some(place) = self.world().places.get_mut(id) {
            place.namespace = NamespaceSeen::Terminating { blocked_by: None };
        }
    }

    /// A namespace from before they described their stores.
    pub fn forget_annotation(&self, id: &StoreId) {
        if let Some(place) = self.world().places.get_mut(id) {
            place.annotation = None;
        }
    }

    /// The cluster as it is now, to be put back later as from a backup.
    pub fn backup(&self) -> Backup {
        Backup(self.world().places.clone())
    }

    /// All but what has been made since and is to stay.
    pub fn put_back(&self, backup: Backup, stays: &[&StoreId]) {
        let mut world = self.world();
        world.places.retain(|id, _| stays.contains(&id));
        world.places.extend(backup.0);
    }

    /// How often an orphan's removal was asked for.
    pub fn removals(&self, id: &StoreId) -> usize {
        self.world().removals.iter().filter(|of| *of == id).count()
    }

    pub(super) fn census_now(&self) -> Census {
        let world = self.world();
        let mut census = Census::default();
        for (id, place) in &world.places {
            if let Some(sighting) = place.sighting() {
                census.namespaces.insert(id.clone(), sighting);
            }
            if !place.volumes.is_empty() {
                census.volumes.insert(id.clone(), place.volumes.clone());
            }
        }
        census
    }

    pub(super) fn description(&self, id: &StoreId) -> Result<Description, StepError> {
        let world = self.world();
        let lacks = |why: String| refused(ReasonCode::Release, &why, Retry::Never);
        let place = world.places.get(id).filter(|place| place.sighting().is_some());
        let place = place.ok_or_else(|| lacks("it is not there any more".to_owned()))?;
        let annotation = place.annotation.as_ref().or(place.installed_with.as_ref());
        let annotation = annotation.ok_or_else(|| lacks("no annotation and no release".to_owned()))?;
        Description::of_annotation(id, annotation).map_err(lacks)
    }

    pub(super) fn remove_now(&self, id: &StoreId, uid: &str, extent: Extent) -> Removed {
        let mut world = self.world();
        world.removals.push(id.clone());
        let World { places, scripts, .. } = &mut *world;
        let Some(place) = places.get_mut(id) else { return Removed::Gone };
        let hidden = scripts.get(&place.name).is_some_and(|script| script.unlabelled_claim);
        let Some(NamespaceSighting { facts, holds }) = place.sighting() else { return Removed::Gone };
        if facts.uid != uid {
            return Removed::Gone;
        }
        if extent == Extent::Bare && (facts.claims > 0 || facts.workloads > 0) {
            return Removed::Holds(holds.join(", "));
        }
        if extent == Extent::Bare && hidden {
            return Removed::Holds("PersistentVolumeClaim/somebodys".to_owned());
        }
        place.namespace = NamespaceSeen::Terminating { blocked_by: None };
        Removed::Going(holds)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volumes {
    Go,
    Stay,
}

/// What was in the cluster at some time.
pub struct Backup(BTreeMap<StoreId, Place>);

impl World {
    fn place(&mut self, store: &Store) -> &mut Place {
        let World { places, scripts, .. } = self;
        let script = scripts.get(store.name.as_str()).cloned().unwrap_or_default();
        places.entry(store.id.clone()).or_insert_with(|| Place::new(store, &script))
    }
}

impl Place {
    /// A namespace is made, and says what it is.
    pub fn found(&mut self, store: &Store) {
        self.made += 1;
        self.uid = format!("uid-{}-{}", store.id, self.made);
        // The fake's stores are from within calendars.
        self.annotation = Description::annotation(store).ok();
        self.namespace = NamespaceSeen::Ours;
    }

    /// A store that does not know its namespace's UID yet knows it by its labels.
    pub fn is_of(&self, store: &Store) -> bool {
        store.namespace_uid.as_ref().is_none_or(|uid| *uid == self.uid)
    }

    pub fn vanish(&mut self) {
        self.namespace = NamespaceSeen::Absent;
        self.access = false;
        self.credentials = None;
        self.release = ReleaseSeen::Absent;
        self.installed_with = None;
        self.stop();
    }

    fn sighting(&self) -> Option<NamespaceSighting> {
        let terminating = match self.namespace {
            // Without our labels no watch tells of it.
            NamespaceSeen::Absent | NamespaceSeen::Foreign => return None,
            NamespaceSeen::Ours => false,
            NamespaceSeen::Terminating { .. } => true,
        };
        let claims = self.volumes.len();
        let workloads = [self.database, self.application].iter().filter(|level| **level != Level::Absent).count();
        let counted = [(claims, "volume claims"), (workloads, "workloads")];
        let holds = counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what}: {count}"));
        let facts = NamespaceFacts { uid: self.uid.clone(), terminating, claims, workloads };
        Some(NamespaceSighting { facts, holds: holds.collect() })
    }
}
