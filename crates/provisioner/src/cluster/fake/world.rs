use std::collections::BTreeMap;

use jiff::Timestamp;
use store_model::{
    NamespaceSeen, Reason, ReasonCode, Recovery, ReleaseSeen, RouteSeen, SecretName, Seen, Stage, Step, Store,
    WorkloadSeen,
};

use super::super::description::Description;
use super::super::secrets::{self, Values};
use super::super::{Done, Retry, Sale, StepError};
use super::{Script, refused};

const PROGRAMS: [Stage; 2] = [Stage::Database, Stage::Application];

/// The values of a store's Secrets.
pub type Minted = BTreeMap<SecretName, Values>;

/// One store's corner of the cluster.
#[derive(Clone)]
pub(super) struct Place {
    pub name: String,
    pub namespace: NamespaceSeen,
    /// Counted up with each namespace that is made here.
    pub made: u32,
    pub uid: String,
    pub annotation: Option<String>,
    pub access: bool,
    /// What was minted, once.
    pub credentials: Option<Minted>,
    /// What the release was installed with.
    pub installed_with: Option<String>,
    pub release: ReleaseSeen,
    pub database: Level,
    pub application: Level,
    pub route: Level,
    pub volumes: Vec<String>,
    pub orders: u32,
    /// When the store's programs came to which level.
    pub moves: Vec<Move>,
}

/// A program's step from one level to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub stage: Stage,
    pub to: Level,
    pub at: Timestamp,
}

/// A program that breaks and is tried again for days moves on and on.
const MOVES_KEPT: usize = 100;

/// How far something came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Absent,
    Starting,
    /// Waits out a back-off: what was wrong may be mended, but it does not notice.
    Broken,
    Ready,
}

impl Place {
    pub fn new(store: &Store, script: &Script) -> Place {
        Place {
            name: store.name.to_string(),
            namespace: if script.foreign_namespace { NamespaceSeen::Foreign } else { NamespaceSeen::Absent },
            made: 0,
            uid: String::new(),
            annotation: None,
            access: false,
            credentials: None,
            installed_with: None,
            release: ReleaseSeen::Absent,
            database: Level::Absent,
            application: Level::Absent,
            route: Level::Absent,
            volumes: Vec::new(),
            orders: 0,
            moves: Vec::new(),
        }
    }

    /// Where a program stands: `Stage::Database` or `Stage::Application`.
    pub fn level(&self, stage: Stage) -> Level {
        if stage == Stage::Database { self.database } else { self.application }
    }

    fn bring(&mut self, stage: Stage, to: Level) {
        let level = if stage == Stage::Database { &mut self.database } else { &mut self.application };
        if *level == to {
            return;
        }
        *level = to;
        if to == Level::Absent {
            // Its log goes with it.
            self.moves.retain(|known| known.stage != stage);
            return;
        }
        if self.moves.len() == MOVES_KEPT {
            self.moves.remove(0);
        }
        self.moves.push(Move { stage, to, at: Timestamp::now() });
    }

    pub fn is_empty(&self) -> bool {
        self.namespace == NamespaceSeen::Absent && self.volumes.is_empty()
    }

    pub fn seen(&self, store: &Store, script: &Script) -> Seen {
        let namespace = match (&self.namespace, &script.delete_blocked) {
            (NamespaceSeen::Ours | NamespaceSeen::Terminating { .. }, _) if !self.is_of(store) => {
                NamespaceSeen::Foreign
            }
            (NamespaceSeen::Terminating { .. }, blocked_by) => {
                NamespaceSeen::Terminating { blocked_by: blocked_by.clone() }
            }
            (namespace, _) => namespace.clone(),
        };
        Seen {
            namespace_uid: (self.namespace != NamespaceSeen::Absent).then(|| self.uid.clone()),
            namespace,
            access: self.access,
            credentials: self.credentials.is_some(),
            release: self.release.clone(),
            database: workload(self.database, "database"),
            application: workload(self.application, "application"),
            route: match self.route {
                Level::Absent => RouteSeen::Absent,
                Level::Starting | Level::Broken => RouteSeen::Waiting { detail: "issuing the certificate".to_owned() },
                Level::Ready => RouteSeen::Ready,
            },
            volumes: self.volumes.clone(),
            overdue: false,
            settling: false,
        }
    }

    /// The first half of a deed: what is there already when it is cut in the middle.
    pub fn begin(&mut self, step: &Step) -> Result<(), StepError> {
        let inside = self.namespace == NamespaceSeen::Ours;
        match step {
            Step::CreateNamespace if self.namespace != NamespaceSeen::Absent && !inside => {
                Err(refused(ReasonCode::Cluster, "namespaces: already exists", Retry::Later))
            }
            Step::GrantAccess | Step::CreateCredentials if !inside => {
                Err(refused(ReasonCode::Cluster, "namespace not found", Retry::Later))
            }
            Step::InstallRelease | Step::UninstallRelease | Step::RecoverRelease(_) if !(inside && self.access) => {
                Err(refused(ReasonCode::Release, "forbidden", Retry::Later))
            }
            Step::InstallRelease => match self.release {
                ReleaseSeen::PendingInstall
                | ReleaseSeen::PendingUpgrade
                | ReleaseSeen::PendingRollback
                | ReleaseSeen::Uninstalling => {
                    Err(refused(ReasonCode::Release, "another operation is in progress", Retry::Later))
                }
                _ if self.credentials.is_none() => {
                    Err(refused(ReasonCode::Release, "secret app-credentials not found", Retry::Later))
                }
                ReleaseSeen::Absent | ReleaseSeen::Failed { .. } => {
                    self.release = ReleaseSeen::PendingInstall;
                    Ok(())
                }
                ReleaseSeen::Deployed { .. } => {
                    self.release = ReleaseSeen::PendingUpgrade;
                    Ok(())
                }
            },
            Step::UninstallRelease => {
                self.release = ReleaseSeen::Uninstalling;
                Ok(())
            }
            Step::CreateNamespace
            | Step::GrantAccess
            | Step::CreateCredentials
            | Step::RecoverRelease(_)
            | Step::RestartBroken
            | Step::Prove
            | Step::DeleteNamespace => Ok(()),
            Step::Rest | Step::Wait { .. } | Step::Fail(_) | Step::FinishDelete | Step::Blocked(_) | Step::Enter(_) => {
                Err(refused(ReasonCode::Cluster, "not a deed", Retry::Never))
            }
        }
    }

    /// The second half: the deed has happened.
    pub fn end(&mut self, store: &Store, step: &Step, script: &mut Script) -> Result<Done, StepError> {
        match step {
            Step::CreateNamespace if self.namespace == NamespaceSeen::Ours => {}
            Step::CreateNamespace => {
                self.found(store);
                return Ok(Done::Made(self.uid.clone()));
            }
            Step::GrantAccess => self.access = true,
            Step::CreateCredentials => {
                let mint = |name| (name, secrets::mint(store, name));
                self.credentials.get_or_insert_with(|| SecretName::ALL.into_iter().map(mint).collect());
            }
            Step::InstallRelease => {
                self.release = ReleaseSeen::Deployed { current: true };
                self.installed_with = Description::annotation(store).ok();
                for stage in PROGRAMS {
                    if self.level(stage) == Level::Absent {
                        self.bring(stage, Level::Starting);
                    }
                }
                if self.route == Level::Absent {
                    self.route = Level::Starting;
                }
                self.volumes = vec![format!("pv-{}-data", self.name), format!("pv-{}-uploads", self.name)];
            }
            Step::RecoverRelease(Recovery::ForgetFirstRevision) => self.release = ReleaseSeen::Absent,
            Step::RecoverRelease(Recovery::MarkFailed) => {
                self.release = ReleaseSeen::Failed { message: "interrupted".to_owned() };
            }
            Step::RestartBroken => self.try_anew(),
            Step::Prove => {
                if self.route != Level::Ready || self.application != Level::Ready {
                    return Err(refused(ReasonCode::ProofRefused, "503 from the shop", Retry::Later));
                }
                if script.proofs_refused > 0 {
                    script.proofs_refused -= 1;
                    return Err(refused(ReasonCode::ProofRefused, "the checkout answered 400", Retry::Later));
                }
                self.orders += 1;
                return Ok(Done::Sold(Sale {
                    order_id: self.orders.to_string(),
                    total: "1.00".to_owned(),
                    currency: "EUR".to_owned(),
                    milliseconds: 1,
                }));
            }
            Step::UninstallRelease => {
                self.release = ReleaseSeen::Absent;
                self.stop();
                return Ok(Done::Removing(vec![format!("release/{}", self.name)]));
            }
            Step::DeleteNamespace if !self.is_of(store) => {}
            Step::DeleteNamespace => {
                self.namespace = NamespaceSeen::Terminating { blocked_by: None };
                let mut removing = vec![format!("namespace/{}", self.name)];
                removing.extend(self.volumes.iter().map(|volume| format!("persistentvolume/{volume}")));
                return Ok(Done::Removing(removing));
            }
            Step::Rest | Step::Wait { .. } | Step::Fail(_) | Step::FinishDelete | Step::Blocked(_) | Step::Enter(_) => {
                return Err(refused(ReasonCode::Cluster, "not a deed", Retry::Never));
            }
        }
        Ok(Done::Taken)
    }

    /// What is broken starts again.
    pub fn try_anew(&mut self) {
        for stage in PROGRAMS {
            if self.level(stage) == Level::Broken {
                self.bring(stage, Level::Starting);
            }
        }
    }

    /// Nothing of it runs any more.
    pub fn stop(&mut self) {
        for stage in PROGRAMS {
            self.bring(stage, Level::Absent);
        }
        self.route = Level::Absent;
    }

    /// One notch of the cluster's own work. `false` if there was nothing to do.
    pub fn tick(&mut self, script: &Script) -> bool {
        if matches!(self.namespace, NamespaceSeen::Terminating { .. }) {
            if script.delete_blocked.is_some() {
                return false;
            }
            self.vanish();
            return true;
        }
        if self.namespace == NamespaceSeen::Absent && !self.volumes.is_empty() {
            self.volumes.clear();
            return true;
        }
        if self.database == Level::Starting {
            self.bring(Stage::Database, Level::Ready);
            return true;
        }
        if self.application == Level::Starting && self.database == Level::Ready {
            let to = if script.image_broken { Level::Broken } else { Level::Ready };
            self.bring(Stage::Application, to);
            return true;
        }
        if self.route == Level::Starting && self.application == Level::Ready {
            self.route = Level::Ready;
            return true;
        }
        false
    }
}

fn workload(level: Level, what: &str) -> WorkloadSeen {
    match level {
        Level::Absent => WorkloadSeen::Absent,
        Level::Starting => WorkloadSeen::Starting { detail: format!("starting the {what}") },
        Level::Broken => WorkloadSeen::Broken(Reason::new(
            ReasonCode::ImagePull,
            format!("{what}: image not found: example.invalid/x:1"),
        )),
        Level::Ready => WorkloadSeen::Ready,
    }
}
