use serde::{Deserialize, Serialize};

mod medusa;
mod spec;
mod woocommerce;

pub use spec::{
    Chore, Component, Entry, ImageName, LOGIN_KEY, Make, Part, Runs, SecretName, Shown, Spec, Workload, WorkloadKind,
};

/// The software a store runs. A third engine is one more variant here and one more module below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Woocommerce,
    Medusa,
}

impl Engine {
    pub const ALL: [Engine; 2] = [Engine::Woocommerce, Engine::Medusa];

    /// All that differs from the other engines. Nobody else asks which engine it is.
    pub fn spec(self) -> &'static Spec {
        match self {
            Engine::Woocommerce => &woocommerce::SPEC,
            Engine::Medusa => &medusa::SPEC,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Woocommerce => "woocommerce",
            Engine::Medusa => "medusa",
        }
    }

    /// `None` for a word that names no engine.
    pub fn parse(word: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.as_str() == word)
    }
}
