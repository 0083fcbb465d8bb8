//! The model's words in the specification. The model owns the lists; here they only get a name in OpenAPI.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($name:ident: $model:ty, $says:literal;)*) => {$(
        #[doc = $says]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$model>::ALL.iter().map(|word| word.as_str());
                let schema = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($says))
                    .enum_values(Some(words));
                RefOr::T(Schema::Object(schema.build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

words! {
    Engine: store_model::Engine, "The software a store runs.";
    Orphan: store_model::orphans::Orphan, "What does not belong together; see docs/failures.md.";
    Phase: store_model::Phase, "How far a store came. Ready means: it has sold something.";
    Plan: store_model::Plan, "The size a store is given.";
    ReasonCode: store_model::ReasonCode, "Why a store is not where it should be; each has a heading in docs/failures.md.";
    Stage: store_model::Stage, "The steps an owner sees, in their order.";
}

/// `Stage` carries no serde in the model: on the wire it is its word.
pub mod stage {
    use serde::{Deserialize, Deserializer, Serializer};
    use store_model::Stage;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` passes a reference")]
    pub fn serialize<S: Serializer>(stage: &Stage, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(stage.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Stage, D::Error> {
        let word = String::deserialize(deserializer)?;
        Stage::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("'{word}' is no step of a store")))
    }
}

pub mod stage_option {
    use serde::{Deserialize, Deserializer, Serializer};
    use store_model::Stage;

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's `with` passes a reference")]
    pub fn serialize<S: Serializer>(stage: &Option<Stage>, serializer: S) -> Result<S::Ok, S::Error> {
        match stage {
            Some(stage) => serializer.serialize_some(stage.as_str()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stage>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        let stage = |word: String| {
            Stage::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("'{word}' is no step of a store")))
        };
        word.map(stage).transpose()
    }
}
