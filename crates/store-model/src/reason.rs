use serde::{Deserialize, Serialize};

/// Why a store is not where it should be. Each code has a heading in `docs/failures.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    /// What the cluster said, for the operator; never a secret.
    pub detail: String,
}

impl Reason {
    pub fn new(code: ReasonCode, detail: impl Into<String>) -> Reason {
        Reason { code, detail: detail.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    ImagePull,
    Quota,
    Unschedulable,
    CrashLoop,
    Volume,
    Database,
    SetUp,
    ProofRefused,
    Deadline,
    /// Helm or the API server refused the release.
    Release,
    /// A namespace of that name exists and is not ours.
    ForeignNamespace,
    /// The store's namespace is gone, and nobody asked for that.
    NamespaceLost,
    /// The certificate or the route does not come up.
    Route,
    /// Deletion waits for something that Kubernetes does not let go of.
    DeleteBlocked,
    /// The cluster could not be asked.
    Cluster,
}

impl ReasonCode {
    pub const ALL: [ReasonCode; 15] = [
        ReasonCode::ImagePull,
        ReasonCode::Quota,
        ReasonCode::Unschedulable,
        ReasonCode::CrashLoop,
        ReasonCode::Volume,
        ReasonCode::Database,
        ReasonCode::SetUp,
        ReasonCode::ProofRefused,
        ReasonCode::Deadline,
        ReasonCode::Release,
        ReasonCode::ForeignNamespace,
        ReasonCode::NamespaceLost,
        ReasonCode::Route,
        ReasonCode::DeleteBlocked,
        ReasonCode::Cluster,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::ImagePull => "image-pull",
            ReasonCode::Quota => "quota",
            ReasonCode::Unschedulable => "unschedulable",
            ReasonCode::CrashLoop => "crash-loop",
            ReasonCode::Volume => "volume",
            ReasonCode::Database => "database",
            ReasonCode::SetUp => "set-up",
            ReasonCode::ProofRefused => "proof-refused",
            ReasonCode::Deadline => "deadline",
            ReasonCode::Release => "release",
            ReasonCode::ForeignNamespace => "foreign-namespace",
            ReasonCode::NamespaceLost => "namespace-lost",
            ReasonCode::Route => "route",
            ReasonCode::DeleteBlocked => "delete-blocked",
            ReasonCode::Cluster => "cluster",
        }
    }

    pub fn parse(word: &str) -> Option<ReasonCode> {
        ReasonCode::ALL.into_iter().find(|code| code.as_str() == word)
    }

    /// What happened, in the owner's words.
    pub fn message(self) -> &'static str {
        match self {
            ReasonCode::ImagePull => "The cluster cannot fetch one of the store's images.",
            ReasonCode::Quota => "The store asked for more than its quota allows.",
            ReasonCode::Unschedulable => "No machine of the cluster has room for the store.",
            ReasonCode::CrashLoop => "A program of the store stops again and again.",
            ReasonCode::Volume => "The store's disk could not be made or attached.",
            ReasonCode::Database => "The store's database does not start.",
            ReasonCode::SetUp => "Setting up the shop failed.",
            ReasonCode::ProofRefused => "The shop runs, but the test order was refused.",
            ReasonCode::Deadline => "The store was not ready in time.",
            ReasonCode::Release => "The cluster refused the store's installation.",
            ReasonCode::ForeignNamespace => "The place for this store is taken by something that is not ours.",
            ReasonCode::NamespaceLost => "The store is gone from the cluster, and nobody asked for that.",
            ReasonCode::Route => "The store's address is not reachable yet.",
            ReasonCode::DeleteBlocked => "Something in the cluster does not let go of the store.",
            ReasonCode::Cluster => "The cluster does not answer.",
        }
    }

    /// What to do about it.
    pub fn cure(self) -> &'static str {
        match self {
            ReasonCode::ImagePull => "Ask the operator to check the image's name and the registry, then retry.",
            ReasonCode::Quota => "Choose a smaller plan, or ask the operator for more, then retry.",
            ReasonCode::Unschedulable => {
                "Ask the operator to free or add capacity; the store goes on by itself after a retry."
            }
            ReasonCode::CrashLoop => "Look at the detail and the logs of the component named there, then retry.",
            ReasonCode::Volume => "Ask the operator to check the storage class and free space, then retry.",
            ReasonCode::Database => "Look at the database's log, then retry; the data is kept.",
            ReasonCode::SetUp => {
                "Look at the set-up's last lines in the detail, then retry; it goes on where it stopped."
            }
            ReasonCode::ProofRefused => {
                "Look at the shop's answer in the detail: payment, shipping and stock are usual causes; then retry."
            }
            ReasonCode::Deadline => "Retry; if it happens again the cluster is too busy or too small.",
            ReasonCode::Release => "Look at Helm's message in the detail; after the cure, retry.",
            ReasonCode::ForeignNamespace => "Delete this store and create it again: it gets a new place.",
            ReasonCode::NamespaceLost => {
                "Ask the operator for a backup of the cluster; a retry makes the store anew, without its data."
            }
            ReasonCode::Route => "Check the ingress controller, the issuer and the host name, then retry.",
            ReasonCode::DeleteBlocked => {
                "Ask the operator to remove the object named in the detail; the deletion then goes on by itself."
            }
            ReasonCode::Cluster => "Nothing to do: it is tried again by itself.",
        }
    }
}
