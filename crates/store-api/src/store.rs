use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::{Engine, Phase, Plan, ReasonCode, Stage};
use utoipa::{IntoParams, ToSchema};

use crate::words;

/// What `POST /stores` takes. A field that is not named here is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateStore {
    /// 3 to 30 of a-z, 0-9 and '-'; starts with a letter; becomes the first label of the store's host.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,28}[a-z0-9]$", example = "cups")]
    pub name: String,
    #[schema(value_type = words::Engine)]
    pub engine: Engine,
    /// `small` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Plan>)]
    pub plan: Option<Plan>,
    /// What the shop calls itself, up to 100 characters; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub title: Option<String>,
    /// Where the shop writes to its owner; `admin@<host>` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 254)]
    pub admin_email: Option<String>,
    /// ISO 4217; `EUR` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    pub currency: Option<String>,
    /// ISO 3166-1 alpha-2, or with a state as in `US:CA` (WooCommerce only; others take the country); `DE` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Z]{2}(:[A-Z0-9-]{1,6})?$", example = "DE")]
    pub country: Option<String>,
    /// Whether the shop starts with a few products; `true` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_products: Option<bool>,
}

impl CreateStore {
    /// A store with every default.
    pub fn new(name: impl Into<String>, engine: Engine) -> CreateStore {
        CreateStore {
            name: name.into(),
            engine,
            plan: None,
            title: None,
            admin_email: None,
            currency: None,
            country: None,
            sample_products: None,
        }
    }
}

/// A store as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreView {
    pub id: String,
    pub name: String,
    #[schema(value_type = words::Engine)]
    pub engine: Engine,
    #[schema(value_type = words::Plan)]
    pub plan: Plan,
    #[schema(value_type = words::Phase)]
    pub phase: Phase,
    /// Why it is not further, when something is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
    pub host: String,
    /// Where customers shop.
    pub url: String,
    /// Where the owner logs in.
    pub admin_url: String,
    pub title: String,
    /// Where the shop writes to its owner.
    #[serde(default)]
    pub admin_email: String,
    /// ISO 4217.
    #[serde(default)]
    pub currency: String,
    /// ISO 3166-1 alpha-2, or with a state as in `US:CA`.
    #[serde(default)]
    pub country: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The account or token that asked for it.
    pub created_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ready_at: Option<Timestamp>,
    /// The order that proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofView>,
    pub steps: Vec<StepView>,
    /// How often the current wish was tried and failed.
    pub attempts: u32,
    /// Once deleted: what was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Vec<String>>,
}

/// Why a store is not where it should be, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    #[schema(value_type = words::ReasonCode)]
    pub code: ReasonCode,
    pub message: String,
    pub cure: String,
    /// What the cluster said, for the operator.
    pub detail: String,
}

/// The order that was placed as a guest, read back and removed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    pub order_id: String,
    /// Decimal, in `currency`.
    pub total: String,
    pub currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// How long buying, reading back and removing took, in tenths of a second or finer.
    #[schema(value_type = f64)]
    pub seconds: Seconds,
}

/// Seconds with milliseconds behind the point; whole milliseconds inside, so that it compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "f64", from = "f64")]
pub struct Seconds {
    pub milliseconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    #[serde(with = "words::stage")]
    #[schema(value_type = words::Stage)]
    pub step: Stage,
    pub state: StepState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
}

impl StepState {
    pub fn as_str(self) -> &'static str {
        match self {
            StepState::Waiting => "waiting",
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::Failed => "failed",
        }
    }
}

/// Which stores to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StoreListQuery {
    /// 1 to 1000; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// The `nextCursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<words::Phase>)]
    pub phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<words::Engine>)]
    pub engine: Option<Engine>,
    /// A part of the name or the title, in any case; `%` and `_` stand for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 100)]
    pub search: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorePage {
    pub items: Vec<StoreView>,
    /// Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many stores match, on all pages.
    pub total: u64,
}

/// What the owner logs in with, read from the cluster at this moment. Showing it leaves an event.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsView {
    pub store_id: String,
    pub admin_url: String,
    pub admin_user: String,
    pub admin_password: String,
    /// What the engine has besides: keys of its APIs, its database's address.
    pub keys: Vec<KeyView>,
}

/// One value of the store's credentials.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// For programs.
    #[schema(example = "publishable-key")]
    pub name: String,
    /// For people.
    #[schema(example = "Publishable key")]
    pub title: String,
    pub value: String,
}

impl CredentialsView {
    /// The value with this name, if the engine has one.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.keys.iter().find(|key| key.name == name).map(|key| key.value.as_str())
    }
}

impl std::fmt::Debug for CredentialsView {
    /// Secrets do not print.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialsView").field("store_id", &self.store_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for KeyView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyView").field("name", &self.name).finish_non_exhaustive()
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> f64 {
        std::time::Duration::from_millis(seconds.milliseconds).as_secs_f64()
    }
}

impl From<f64> for Seconds {
    /// What is no duration (negative, not a number) is none.
    fn from(seconds: f64) -> Seconds {
        let duration = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Seconds { milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) }
    }
}
