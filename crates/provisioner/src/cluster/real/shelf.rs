//! What a watch remembers of one kind.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::light::Light;

/// The objects of one kind, by store namespace and name. A namespace has a handful of each kind: a list is smaller than a
/// tree and found through as fast.
pub struct Shelf<K> {
    objects: RwLock<Objects<K>>,
}

pub type Objects<K> = HashMap<String, Vec<Arc<K>>>;

impl<K: Light> Shelf<K> {
    pub fn new() -> Shelf<K> {
        Shelf { objects: RwLock::new(HashMap::new()) }
    }

    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.read().get(namespace)?.iter().find(|object| object.name() == name).cloned()
    }

    pub fn all(&self, namespace: &str) -> Vec<Arc<K>> {
        self.read().get(namespace).cloned().unwrap_or_default()
    }

    /// The namespaces of which there is anything.
    pub fn places(&self) -> Vec<String> {
        self.read().keys().cloned().collect()
    }

    pub fn put(&self, namespace: &str, object: K) {
        put(&mut self.write(), namespace, object);
    }

    pub fn remove(&self, namespace: &str, name: &str) {
        let mut objects = self.write();
        if let Some(named) = objects.get_mut(namespace) {
            named.retain(|object| object.name() != name);
            if named.is_empty() {
                objects.remove(namespace);
            }
        }
    }

    /// Takes a whole new list, and gives the namespaces that the old or the new one knows.
    pub fn replace(&self, mut fresh: Objects<K>) -> Vec<String> {
        fresh.shrink_to_fit();
        let mut objects = self.write();
        let mut namespaces: Vec<String> = objects.keys().chain(fresh.keys()).cloned().collect();
        namespaces.sort();
        namespaces.dedup();
        *objects = fresh;
        namespaces
    }

    fn read(&self) -> RwLockReadGuard<'_, Objects<K>> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Objects<K>> {
        self.objects.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In the place of the one with the same name, if there is one.
pub fn put<K: Light>(objects: &mut Objects<K>, namespace: &str, object: K) {
    let object = Arc::new(object);
    let Some(named) = objects.get_mut(namespace) else {
        // Most namespaces have one of a kind for good.
        objects.insert(namespace.to_owned(), vec![object]);
        return;
    };
    if let Some(known) = named.iter_mut().find(|known| known.name() == object.name()) {
        *known = object;
    } else {
        named.reserve_exact(1);
        named.push(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::real::light::Deployment;

    fn object(name: &str, ready: bool) -> Deployment {
        Deployment { name: name.to_owned(), current: true, ready, refused: None }
    }

    #[test]
    fn a_new_list_forgets_what_it_does_not_hold_and_names_both_sides() {
        let shelf = Shelf::new();
        shelf.put("store-a", object("mysql-0", false));
        let mut fresh: Objects<Deployment> = HashMap::new();
        put(&mut fresh, "store-b", object("mysql-0", false));
        assert_eq!(shelf.replace(fresh), ["store-a", "store-b"]);
        assert!(shelf.get("store-a", "mysql-0").is_none());
        assert_eq!(shelf.all("store-b").len(), 1);
    }

    #[test]
    fn the_last_object_takes_its_namespace_with_it() {
        let shelf = Shelf::new();
        shelf.put("store-a", object("mysql-0", false));
        shelf.remove("store-a", "mysql-0");
        assert!(shelf.read().is_empty());
    }

    #[test]
    fn of_each_name_the_newest_is_kept() {
        let shelf = Shelf::new();
        for (name, ready) in [("mysql", false), ("wordpress", false), ("mysql", true)] {
            shelf.put("store-a", object(name, ready));
        }
        assert_eq!(shelf.all("store-a").len(), 2);
        assert_eq!(shelf.get("store-a", "mysql").map(|object| object.ready), Some(true));
    }
}
