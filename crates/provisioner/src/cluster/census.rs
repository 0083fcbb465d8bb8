//! What the cluster holds of stores, whoever made it, as far as orphans go.

use std::collections::BTreeMap;

use store_model::StoreId;
use store_model::orphans::NamespaceFacts;

/// From the watches' memory: no call, whatever the number of stores.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Namespaces named after a store, with our labels.
    pub namespaces: BTreeMap<StoreId, NamespaceSighting>,
    /// Names of volumes by the store from whose namespace they are claimed.
    pub volumes: BTreeMap<StoreId, Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct NamespaceSighting {
    pub facts: NamespaceFacts,
    /// What it holds, in words.
    pub holds: Vec<String>,
}

/// What became of taking an orphan away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It goes; what was in it.
    Going(Vec<String>),
    /// It is not there any more, or another one is.
    Gone,
    /// It holds what must not go with it.
    Holds(String),
}
