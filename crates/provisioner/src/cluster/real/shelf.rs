//! What a watch remembers of one kind.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kube::Resource;

/// The objects of one kind, by store namespace and name. A namespace has a handful of each kind: a list is smaller than a
/// tree and found through as fast.
pub struct Shelf<K> {
    objects: RwLock<Objects<K>>,
}

pub type Objects<K> = HashMap<String, Vec<Arc<K>>>;

impl<K: Resource> Shelf<K> {
    pub fn new() -> Shelf<K> {
        Shelf { objects: RwLock::new(HashMap::new()) }
    }

    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.read().get(namespace)?.iter().find(|object| is(object, name)).cloned()
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
            named.retain(|object| !is(object, name));
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
pub fn put<K: Resource>(objects: &mut Objects<K>, namespace: &str, object: K) {
    let object = Arc::new(object);
    let Some(named) = objects.get_mut(namespace) else {
        // Most namespaces have one of a kind for good.
        objects.insert(namespace.to_owned(), vec![object]);
        return;
    };
    match named.iter_mut().find(|known| known.meta().name == object.meta().name) {
        Some(known) => *known = object,
        None => {
            named.reserve_exact(1);
            named.push(object);
        }
    }
}

fn is<K: Resource>(object: &Arc<K>, name: &str) -> bool {
    object.meta().name.as_deref() == Some(name)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Pod;

    use super::*;

    fn pod(name: &str, generation: i64) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = Some(name.to_owned());
        pod.metadata.generation = Some(generation);
        pod
    }

    #[test]
    fn a_new_list_forgets_what_it_does_not_hold_and_names_both_sides() {
        let shelf = Shelf::new();
        shelf.put("store-a", pod("mysql-0", 1));
        let mut fresh: Objects<Pod> = HashMap::new();
        put(&mut fresh, "store-b", pod("mysql-0", 1));
        assert_eq!(shelf.replace(fresh), ["store-a", "store-b"]);
        assert!(shelf.get("store-a", "mysql-0").is_none());
        assert_eq!(shelf.all("store-b").len(), 1);
    }

    #[test]
    fn the_last_object_takes_its_namespace_with_it() {
        let shelf = Shelf::new();
        shelf.put("store-a", pod("mysql-0", 1));
        shelf.remove("store-a", "mysql-0");
        assert!(shelf.read().is_empty());
    }

    #[test]
    fn of_each_name_the_newest_is_kept() {
        let shelf = Shelf::new();
        for (name, generation) in [("mysql-0", 1), ("wordpress-0", 1), ("mysql-0", 2)] {
            shelf.put("store-a", pod(name, generation));
        }
        assert_eq!(shelf.all("store-a").len(), 2);
        assert_eq!(shelf.get("store-a", "mysql-0").unwrap().metadata.generation, Some(2));
    }
}
