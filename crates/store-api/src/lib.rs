//! The wire: what goes over HTTP between the provisioner and whoever talks to it, and a small typed client.
//!
//! Every type serialises in camelCase. Times are RFC 3339 in UTC, money is a decimal string with its currency beside it.

mod client;
mod component;
mod doctor;
mod engine;
mod event;
mod log;
mod login;
mod problem;
mod session;
mod sse;
mod store;
mod transport;
mod words;

pub use client::{Client, ClientError, ClientSettings};
pub use component::{ComponentList, ComponentUsage, ComponentView, LogLine, LogQuery, UsageView, VolumeUsage};
pub use doctor::{
    Adopt, AdoptionOutcome, AdoptionReport, AdoptionView, AuditView, DoctorReport, OrphanView, RemovedView, SweepView,
};
pub use engine::{EngineView, TypicalStep};
pub use event::{EventPage, EventView};
pub use log::LogStream;
pub use login::LoginLink;
pub use problem::{FieldError, Problem};
pub use session::{
    AccountList, AccountView, ChangeAccount, ChangePassword, CreateAccount, CreateToken, CreatedToken, NameView, Role,
    SessionView, Setup, SetupCode, SetupView, SignIn, SignedIn, TokenList, TokenView,
};
pub use sse::EventStream;
pub use store::{
    CreateStore, CredentialsView, KeyView, ProofView, ReasonView, Seconds, StepState, StepView, StoreListQuery,
    StorePage, StoreView,
};

/// Where the API lives below the provisioner's address.
pub const API_PREFIX: &str = "/api/v1";
/// A repeated create with the same key and body answers with the first one's store.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The name of the last SSE message: the store is deleted, or the container has ended, and nothing follows.
pub const EVENT_END: &str = "end";
/// The name of the first SSE message of all stores' events: its id is where they begin.
pub const EVENT_HELLO: &str = "hello";
/// The name of a log's SSE messages.
pub const EVENT_LINE: &str = "line";
