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
