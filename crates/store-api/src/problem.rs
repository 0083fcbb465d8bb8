use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 9457: what every refusal looks like, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A stable word for programs: `urn:store-platform:problem:<word>`.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The kind of refusal in a few words; the same for every refusal of the kind.
    pub title: String,
    /// The HTTP status again, for whoever only keeps the body.
    pub status: u16,
    /// What happened this time and what to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// One entry for each field that was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// The request's id, as in the provisioner's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// A field of the request, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl Problem {
    /// The last word of `type`, e.g. `name-taken`.
    pub fn word(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or(&self.kind)
    }
}

fn about_blank() -> String {
    "about:blank".to_owned()
}
