use crate::{Engine, HostName, Phase, Plan, Reason, StoreId, StoreName};

/// A store as its row tells it: what is wanted, and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub id: StoreId,
    pub name: StoreName,
    pub engine: Engine,
    pub plan: Plan,
    pub host: HostName,
    pub settings: StoreSettings,
    pub created_by: String,
    /// Milliseconds since the epoch, by the database's clock.
    pub created_at_ms: i64,
    pub desired: Desired,
    pub phase: Phase,
    pub reason: Option<Reason>,
    /// How often the current desire was tried and failed; a retry sets it to 0.
    pub attempts: u32,
    /// The owner asked for another try, and what is stuck has not been restarted since.
    pub retried: bool,
    /// Of the namespace that was made for it, once that was seen; one with another UID is somebody else's.
    pub namespace_uid: Option<String>,
}

/// What the owner chose besides the name and the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    pub title: String,
    pub admin_email: String,
    /// ISO 4217, e.g. `EUR`.
    pub currency: String,
    /// ISO 3166-1 alpha-2, e.g. `DE`; WooCommerce's `US:CA` form is allowed.
    pub country: String,
    pub sample_products: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desired {
    Present,
    Absent,
}

impl Desired {
    pub fn as_str(self) -> &'static str {
        match self {
            Desired::Present => "present",
            Desired::Absent => "absent",
        }
    }

    pub fn parse(word: &str) -> Option<Desired> {
        [Desired::Present, Desired::Absent].into_iter().find(|desired| desired.as_str() == word)
    }
}
