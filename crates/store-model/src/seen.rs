use crate::Reason;

/// What a look at the cluster found. Only facts; what they mean is `next_step`'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and every mix of them can be seen")]
pub struct Seen {
    pub namespace: NamespaceSeen,
    /// Of the namespace that is there, whosever it is.
    pub namespace_uid: Option<String>,
    /// The RoleBinding that lets the provisioner work inside the namespace.
    pub access: bool,
    pub credentials: bool,
    pub release: ReleaseSeen,
    pub database: WorkloadSeen,
    pub application: WorkloadSeen,
    pub route: RouteSeen,
    /// Persistent volumes that still belong to the store's claims.
    pub volumes: Vec<String>,
    /// Nothing moved for longer than the deadline, by the database's clock. The worker fills it in, not the cluster.
    pub overdue: bool,
    /// Stuck pods were restarted moments ago, so what looks broken may be the old sight. The worker fills it in too.
    pub settling: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceSeen {
    Absent,
    Ours,
    /// Being deleted; what Kubernetes says is in the way, if it says so.
    Terminating {
        blocked_by: Option<String>,
    },
    /// Same name, but not our labels, or not the UID of the one that was made for the store: never touched.
    Foreign,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseSeen {
    Absent,
    /// Deployed, and whether with the values and chart that we would use now.
    Deployed {
        current: bool,
    },
    Failed {
        message: String,
    },
    PendingInstall,
    PendingUpgrade,
    PendingRollback,
    Uninstalling,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkloadSeen {
    Absent,
    /// On its way; a short word for the owner, e.g. "pulling the image".
    Starting {
        detail: String,
    },
    Ready,
    /// It will not get ready without somebody's help.
    Broken(Reason),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteSeen {
    Absent,
    /// E.g. the certificate is not issued yet.
    Waiting {
        detail: String,
    },
    Ready,
}
