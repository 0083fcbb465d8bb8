use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::{Phase, Stage};
use utoipa::ToSchema;

use crate::{ReasonView, StepState, words};

/// Something that happened to a store. Over SSE the message's `id` is the event's `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Grows from event to event; resume after it with `Last-Event-ID`.
    pub id: i64,
    /// Of the store it happened to; empty from a server that does not say yet.
    #[serde(default)]
    pub store_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `phase`, `stage`, `attempt`, `credentials` or `login`; a newer server may know more.
    pub kind: String,
    /// The phase after the event.
    #[schema(value_type = words::Phase)]
    pub phase: Phase,
    /// The step that moved, with `state` as its new state.
    #[serde(default, with = "words::stage_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Stage>)]
    pub step: Option<Stage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StepState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
    /// The event in one line of words. Never a secret.
    pub message: String,
}

/// Events as a list, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    pub items: Vec<EventView>,
    /// Pass it as `after` for what follows; absent when there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<i64>,
}
