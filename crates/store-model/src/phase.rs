use serde::{Deserialize, Serialize};

/// Where a store stands. `Ready` means that it has sold something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Accepted; nothing exists yet.
    Requested,
    /// Namespace, credentials, release and workloads are being made.
    Provisioning,
    /// Everything runs; the proving order is being placed.
    Proving,
    /// A guest order went through the public URL and was read back.
    Ready,
    /// Something only a person can cure, or a deadline; see the reason.
    Failed,
    /// Being taken down.
    Deleting,
    /// Nothing of it is left in the cluster; the row stays as its tombstone.
    Deleted,
}

impl Phase {
    pub const ALL: [Phase; 7] = [
        Phase::Requested,
        Phase::Provisioning,
        Phase::Proving,
        Phase::Ready,
        Phase::Failed,
        Phase::Deleting,
        Phase::Deleted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Requested => "requested",
            Phase::Provisioning => "provisioning",
            Phase::Proving => "proving",
            Phase::Ready => "ready",
            Phase::Failed => "failed",
            Phase::Deleting => "deleting",
            Phase::Deleted => "deleted",
        }
    }

    pub fn parse(word: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| phase.as_str() == word)
    }
}
