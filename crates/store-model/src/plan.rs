use serde::{Deserialize, Serialize};

/// The size a store is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    #[default]
    Small,
    Medium,
    Large,
}

impl Plan {
    pub const ALL: [Plan; 3] = [Plan::Small, Plan::Medium, Plan::Large];

    pub fn as_str(self) -> &'static str {
        match self {
            Plan::Small => "small",
            Plan::Medium => "medium",
            Plan::Large => "large",
        }
    }

    pub fn parse(word: &str) -> Option<Plan> {
        Plan::ALL.into_iter().find(|plan| plan.as_str() == word)
    }
}
