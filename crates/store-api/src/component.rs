use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One of a store's programs, or a chore that has run. It is asked for by its name, whatever pod it runs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentView {
    /// For programs.
    #[schema(example = "setup")]
    pub name: String,
    /// For people.
    #[schema(example = "Set-up")]
    pub title: String,
    /// Whether it answers; of a chore, whether it did its work.
    pub ready: bool,
    /// How often it had to be started again.
    pub restarts: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentList {
    /// First the one whose log is read when none is named.
    pub items: Vec<ComponentView>,
}

/// Which log, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// A component's name; the store's own server when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// So many of the last lines, 0 to 5000; 500 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0, maximum = 5000)]
    pub tail: Option<u32>,
    /// Whether to go on with what comes, until the container ends; `false` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<bool>,
}

/// What a program said, as the message `line` carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When the node took it from the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// At most 16 KiB of it; one that ends with `…` was longer.
    pub line: String,
}

/// What a store takes at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// Whether the cluster measures. Limits and capacities are known without that.
    pub measured: bool,
    /// Why not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub components: Vec<ComponentUsage>,
    pub volumes: Vec<VolumeUsage>,
}

/// A value that is absent is not measured, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentUsage {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_millicores: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_limit_millicores: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeUsage {
    pub name: String,
    pub capacity_bytes: u64,
    /// Absent where the cluster does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_bytes: Option<u64>,
}
