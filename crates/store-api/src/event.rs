use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that happened to a store. Over SSE the message's `id` is the event's `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Grows from event to event; resume after it with `Last-Event-ID`.
    pub id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What kind of thing happened, e.g. `phase`, `step`, `credentials-shown`.
    pub kind: String,
    /// What happened, in words.
    pub message: String,
    /// The facts of it; which ones depends on the kind. Never a secret.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[schema(value_type = Object, required = false)]
    pub data: serde_json::Value,
}

/// Events as a list, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    pub items: Vec<EventView>,
    /// Pass it as `after` for what follows; the same as the last item's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<i64>,
}
