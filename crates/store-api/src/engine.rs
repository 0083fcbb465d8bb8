use serde::{Deserialize, Serialize};
use store_model::{Engine, Plan, Stage};
use utoipa::ToSchema;

use crate::{Seconds, words};

/// Whether stores of this engine can be made here, and if not, why and what would cure it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineView {
    #[schema(value_type = words::Engine)]
    pub engine: Engine,
    /// As its makers write it.
    #[schema(example = "WooCommerce")]
    pub title: String,
    pub available: bool,
    /// Why it is not available, and the cure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[schema(value_type = Vec<words::Plan>)]
    pub plans: Vec<Plan>,
    /// Whether its stores can be logged into by a link.
    #[serde(default)]
    pub login_link: bool,
    /// How long each step took in the middle of the last stores; empty before there were any.
    #[serde(default)]
    pub typical_seconds: Vec<TypicalStep>,
}

/// The median of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypicalStep {
    #[serde(with = "words::stage")]
    #[schema(value_type = words::Stage)]
    pub step: Stage,
    #[schema(value_type = f64)]
    pub seconds: Seconds,
}
