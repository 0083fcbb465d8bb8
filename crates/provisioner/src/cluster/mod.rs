//! The only room that knows Helm and Kubernetes. The worker sees this trait and nothing behind it.

mod census;
mod component;
mod description;
pub mod fake;
mod login;
mod quantity;
pub mod real;
mod secrets;

use std::pin::Pin;

use async_trait::async_trait;
use futures::Stream;
use secrecy::SecretString;
use store_model::orphans::Extent;
use store_model::{Component, Reason, Seen, Step, Store, StoreId};

pub use census::{Census, NamespaceSighting, Removed};
pub use component::{ComponentSeen, ComponentUsage, LINE_MAX, LogLine, LogLines, LogRange, Until, Usage, VolumeUsage};
pub use description::Description;
pub use login::LoginLink;

/// Looks at a store, does one deed for it, and tells when something changed.
#[async_trait]
pub trait Cluster: Send + Sync + 'static {
    /// Everything `next_step` needs to know, from the caches of the watches where there is one.
    async fn look(&self, store: &Store) -> Result<Seen, StepError>;

    /// Does one step and returns when the API server has taken it; never waits for it to take effect.
    async fn act(&self, store: &Store, step: &Step) -> Result<Done, StepError>;

    /// Ids of stores of which something changed. Carries no data: whoever hears it looks.
    fn changes(&self) -> Pin<Box<dyn Stream<Item = StoreId> + Send>>;

    /// The credentials, read back from the store's Secret at the moment they are asked for.
    async fn credentials(&self, store: &Store) -> Result<Credentials, StepError>;

    /// A fresh link into the store's admin. `None`: the store has no key for one.
    async fn login_link(&self, store: &Store) -> Result<Option<LoginLink>, StepError>;

    /// The store's programs, as its engine names them. Of chores those that have run, or do.
    async fn components(&self, store: &Store) -> Result<Vec<ComponentSeen>, StepError>;

    /// What a program says. `None`: it has not begun yet, or nothing of it is left.
    async fn logs(&self, store: &Store, of: Component, range: LogRange) -> Result<Option<LogLines>, StepError>;

    /// What the store takes, as far as the cluster measures it.
    async fn usage(&self, store: &Store) -> Result<Usage, StepError>;

    /// Returns when nothing that was begun for the store runs any more: an act that was dropped may take a moment to
    /// end, and until then nobody else may begin.
    async fn idle(&self, id: &StoreId);

    /// The store may be somebody else's by now: what was begun for it ends this instant, and writes nothing any more.
    fn abandon(&self, id: &StoreId);

    /// Everything that carries a store's labels, and the volumes, from the watches' memory.
    async fn census(&self) -> Result<Census, StepError>;

    /// What a namespace says of its store, by its annotation or by the release in it. An error says what it lacks.
    async fn describe(&self, id: &StoreId) -> Result<Description, StepError>;

    /// Deletes the store's namespace of that UID, and no other one, if no more is in it than may go.
    async fn remove(&self, id: &StoreId, uid: &str, extent: Extent) -> Result<Removed, StepError>;
}

/// What an act gave back for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Taken,
    /// A namespace was made, with this UID.
    Made(String),
    /// The store sold something.
    Sold(Sale),
    /// The namespace and all in it are being removed; what there was, for the owner's answer.
    Removing(Vec<String>),
}

/// The proof: an order placed as a guest and read back from the admin API.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sale {
    pub order_id: String,
    pub total: String,
    pub currency: String,
    pub milliseconds: u64,
}

/// What the owner is shown: the log-in, and what the engine has besides.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub admin_user: String,
    pub admin_password: SecretString,
    pub keys: Vec<Key>,
}

#[derive(Clone, Debug)]
pub struct Key {
    /// For programs, e.g. `consumer-key`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    pub value: SecretString,
}

/// Why a look or a deed failed, and whether trying again may help.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", reason.code.as_str(), reason.detail)]
pub struct StepError {
    pub reason: Reason,
    pub retry: Retry,
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Try again with back-off; counts as an attempt.
    Later,
    /// Only a person can cure it.
    Never,
}
