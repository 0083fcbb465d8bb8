use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::Phase;
use store_model::orphans::Orphan;
use utoipa::ToSchema;

use crate::words;

/// What is in the cluster without a living store and the other way round, and whether the story of who did what is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReport {
    pub sweep: SweepView,
    /// Oldest first.
    pub orphans: Vec<OrphanView>,
    /// What sweeps took away, newest first, the last twenty.
    pub removed: Vec<RemovedView>,
    pub audit: AuditView,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SweepView {
    /// When the last one ended; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// How long ago that was, by the database's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<u64>,
    pub every_seconds: u64,
    /// How long what may be taken away is left where it is.
    pub grace_seconds: u64,
}

/// Something that lacks its counterpart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrphanView {
    #[schema(value_type = words::Orphan)]
    pub kind: Orphan,
    /// Of the namespace, or of the volume.
    pub name: String,
    pub store_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub first_seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
    pub sightings: u32,
    /// What it holds, in words.
    pub holds: Vec<String>,
    /// Whether `POST /doctor/adopt` makes a store of it.
    pub adoptable: bool,
    /// When it goes by itself, if it is still there then; absent for what is never taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removes_at: Option<Timestamp>,
    /// It is being taken away.
    pub removing: bool,
    pub cure: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedView {
    #[schema(value_type = words::Orphan)]
    pub kind: Orphan,
    pub name: String,
    pub store_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it held.
    pub held: Vec<String>,
}

/// The chain of audit rows, read and computed anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    pub rows: i64,
    pub intact: bool,
    /// The first row that is not as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<i64>,
}

/// What `POST /doctor/adopt` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Adopt {
    /// One namespace; all that can be adopted when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "store-s0123456789a")]
    pub namespace: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdoptionReport {
    /// One for each namespace that was looked at, in the order of their names.
    pub items: Vec<AdoptionView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdoptionView {
    pub namespace: String,
    pub store_id: String,
    /// What the store calls itself, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub outcome: AdoptionOutcome,
    /// Where the store goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Phase>)]
    pub phase: Option<Phase>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdoptionOutcome {
    Adopted,
    /// It has a row already.
    Known,
    Refused,
}

impl AdoptionOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            AdoptionOutcome::Adopted => "adopted",
            AdoptionOutcome::Known => "known",
            AdoptionOutcome::Refused => "refused",
        }
    }
}
