//! From what Kubernetes says about pods, claims and events to what is wrong with a store. Pure: the time is an argument.
//!
//! Kubernetes retries everything for ever, so the question is each time: does this need somebody's help? A first failure
//! does not (images are pulled again, a program waits for its database); the same failure again and again does.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{ContainerStatus, Event, PodCondition};
use store_model::{Reason, ReasonCode, Stage, Store, Workload, WorkloadKind, WorkloadSeen};

use super::light::{Deployment, Pod, StatefulSet, VolumeClaim};

/// Three starts in a row that failed are no accident: by then some 30 s have passed.
const CRASHES: i32 = 3;
/// The set-up waits for its database by itself, so its failure is its own; once more for a node's bad moment.
const SET_UP_CRASHES: i32 = 2;
/// Long enough for a pod that is just leaving, or for a node that is just joining.
const UNSCHEDULABLE_PATIENCE: SignedDuration = SignedDuration::from_secs(45);
/// A provisioner or a kubelet that complains this often means it.
const COMPLAINTS: i32 = 3;
const VOLUME_PATIENCE: SignedDuration = SignedDuration::from_secs(45);
/// Warnings older than this are about another day.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Log lines in a termination message come at their end.
const SAID_KEPT: usize = 600;
/// Node's last words when its heap is full; the kernel knows nothing of that limit.
const HEAP_FULL: &str = "heap out of memory";

/// Whether the controller of this program made the pod.
fn owns(program: &Workload, pod: &Pod) -> bool {
    pod.owners.iter().any(|(kind, name)| makes_pods(program, kind, name))
}

/// Whether this is the object that makes the program's pods.
pub fn makes_pods(program: &Workload, kind: &str, name: &str) -> bool {
    match program.kind {
        WorkloadKind::StatefulSet => kind == "StatefulSet" && name == program.name,
        WorkloadKind::Deployment => kind == "ReplicaSet" && is_replica_set_of(name, program.name),
    }
}

/// What it is called when the program ends again and again.
fn crash(program: &Workload) -> ReasonCode {
    if program.stage == Stage::Database { ReasonCode::Database } else { ReasonCode::CrashLoop }
}

/// `wordpress-5d4f8c7b9`, but not `wordpress-cron-…`.
fn is_replica_set_of(name: &str, deployment: &str) -> bool {
    let hash = name.strip_prefix(deployment).and_then(|rest| rest.strip_prefix('-'));
    hash.is_some_and(|hash| !hash.is_empty() && !hash.contains('-'))
}

/// What stands around a store's workloads.
pub struct Surroundings {
    pub pods: Vec<Arc<Pod>>,
    pub claims: Vec<Arc<VolumeClaim>>,
    pub warnings: Vec<Arc<Event>>,
    pub now: Timestamp,
}

impl Surroundings {
    pub fn stateful_set(&self, program: &Workload, set: Option<&StatefulSet>) -> WorkloadSeen {
        let Some(set) = set else { return WorkloadSeen::Absent };
        if set.current && set.ready { WorkloadSeen::Ready } else { self.judge(program, None) }
    }

    pub fn deployment(&self, program: &Workload, deployment: Option<&Deployment>) -> WorkloadSeen {
        let Some(deployment) = deployment else { return WorkloadSeen::Absent };
        if deployment.current && deployment.ready {
            return WorkloadSeen::Ready;
        }
        self.judge(program, deployment.refused.as_deref())
    }

    /// Pods that will not get ready by waiting.
    pub fn broken_pods(&self, store: &Store) -> Vec<String> {
        let broken = |pod: &&Arc<Pod>| {
            let mut programs = store.engine.spec().workloads(store.plan);
            programs.any(|program| owns(program, pod) && matches!(self.pod(program, pod), WorkloadSeen::Broken(_)))
        };
        self.pods.iter().filter(broken).map(|pod| pod.name.clone()).collect()
    }

    fn judge(&self, program: &Workload, refused: Option<&str>) -> WorkloadSeen {
        let pods = self.pods.iter().filter(|pod| owns(program, pod) && !pod.deleting);
        match pods.max_by_key(|pod| pod.created) {
            Some(pod) => self.pod(program, pod),
            None => self.no_pod(program, refused),
        }
    }

    /// The controller could not even make a pod; for a StatefulSet only its events tell.
    fn no_pod(&self, program: &Workload, refused: Option<&str>) -> WorkloadSeen {
        let from_events = self.warning(|event| {
            let kind = event.involved_object.kind.as_deref().unwrap_or_default();
            let name = event.involved_object.name.as_deref().unwrap_or_default();
            event.reason.as_deref() == Some("FailedCreate") && makes_pods(program, kind, name)
        });
        let message = refused.or_else(|| from_events.and_then(|event| event.message.as_deref())).unwrap_or_default();
        if let Some(code) = creation_refused(message) {
            return broken(code, format!("{}: {message}", program.name));
        }
        starting("waiting for its pod")
    }

    fn pod(&self, program: &Workload, pod: &Pod) -> WorkloadSeen {
        let Some(status) = &pod.status else { return starting("waiting for a machine") };
        if let Some(condition) = status.conditions.iter().find(|condition| is_unschedulable(condition)) {
            return self.unschedulable(program, pod, condition);
        }
        let inits = status.init_containers.iter().map(|status| (status, true));
        let mut waiting = None;
        for (container, is_init) in inits.chain(status.containers.iter().map(|status| (status, false))) {
            match container_seen(program, container, is_init) {
                Some(WorkloadSeen::Broken(reason)) => return WorkloadSeen::Broken(reason),
                Some(other) => waiting = waiting.or(Some(other)),
                None => {}
            }
        }
        if let Some(reason) = self.mount_trouble(program, pod) {
            return WorkloadSeen::Broken(reason);
        }
        waiting.unwrap_or_else(|| starting("starting"))
    }

    fn unschedulable(&self, program: &Workload, pod: &Pod, condition: &PodCondition) -> WorkloadSeen {
        let message = condition.message.as_deref().unwrap_or("no machine takes the pod");
        if message.contains("persistentvolumeclaim") || message.contains("PersistentVolumeClaim") {
            if let Some(reason) = self.claim_trouble(pod) {
                return WorkloadSeen::Broken(reason);
            }
            return starting("waiting for its disk");
        }
        let since = condition.last_transition_time.as_ref().map(|time| time.0).or(pod.created);
        if since.is_some_and(|since| self.now.duration_since(since) > UNSCHEDULABLE_PATIENCE) {
            return broken(ReasonCode::Unschedulable, format!("{}: {message}", program.name));
        }
        starting(&format!("waiting for a machine: {message}"))
    }

    /// A claim of this pod that nobody can satisfy.
    fn claim_trouble(&self, pod: &Pod) -> Option<Reason> {
        let pending = self.claims.iter().filter(|claim| claim.pending && pod.claims.contains(&claim.name));
        for claim in pending {
            let name = claim.name.as_str();
            let complaint = self.warning(|event| {
                event.involved_object.kind.as_deref() == Some("PersistentVolumeClaim")
                    && event.involved_object.name.as_deref() == Some(name)
                    && event.reason.as_deref() == Some("ProvisioningFailed")
            });
            if let Some(event) = complaint.filter(|event| self.is_serious(event)) {
                let message = event.message.as_deref().unwrap_or_default();
                return Some(Reason::new(ReasonCode::Volume, format!("claim {name}: {message}")));
            }
            let age = claim.created.map(|made| self.now.duration_since(made));
            if claim.classless && age.is_some_and(|age| age > VOLUME_PATIENCE) {
                let detail = format!("claim {name}: no storage class is named and the cluster has no default one");
                return Some(Reason::new(ReasonCode::Volume, detail));
            }
        }
        None
    }

    fn mount_trouble(&self, program: &Workload, pod: &Pod) -> Option<Reason> {
        let event = self.warning(|event| {
            event.involved_object.kind.as_deref() == Some("Pod")
                && event.involved_object.name.as_deref() == Some(&pod.name)
                && matches!(event.reason.as_deref(), Some("FailedMount" | "FailedAttachVolume" | "FailedMapVolume"))
        })?;
        // Once a container ran, the disk is there.
        let ran = pod.status.as_ref()?.ran;
        let serious = event_count(event) >= COMPLAINTS && !ran;
        let message = event.message.as_deref().unwrap_or_default();
        serious.then(|| Reason::new(ReasonCode::Volume, format!("{}: {message}", program.name)))
    }

    /// The newest fresh warning that fits.
    fn warning(&self, fits: impl Fn(&Event) -> bool) -> Option<&Event> {
        let fresh = |event: &&Arc<Event>| event_time(event).is_some_and(|at| self.now.duration_since(at) < FRESH);
        let found = self.warnings.iter().filter(fresh).filter(|event| fits(event));
        found.max_by_key(|event| event_time(event)).map(AsRef::as_ref)
    }

    fn is_serious(&self, event: &Event) -> bool {
        let first = event.first_timestamp.as_ref().map(|first| self.now.duration_since(first.0));
        event_count(event) >= COMPLAINTS || first.is_some_and(|age| age > VOLUME_PATIENCE)
    }
}

/// `None`: nothing to say about this container.
fn container_seen(program: &Workload, status: &ContainerStatus, is_init: bool) -> Option<WorkloadSeen> {
    let state = status.state.as_ref()?;
    if let Some(code) = image_trouble(status) {
        let message =
            state.waiting.as_ref().and_then(|waiting| waiting.message.as_deref()).unwrap_or("no reason is given");
        return Some(broken(code, format!("{} image {}: {message}", program.name, status.image)));
    }
    let set_up = is_init && status.name == "setup";
    let limit = if set_up { SET_UP_CRASHES } else { CRASHES };
    // A container that runs at the moment may still have failed before; it counts when it does not come back.
    let stopped = state.running.is_none();
    let last = state.terminated.as_ref().or(status.last_state.as_ref().and_then(|last| last.terminated.as_ref()));
    if let Some(last) = last.filter(|last| stopped && last.exit_code != 0 && status.restart_count >= limit) {
        let heap = last.message.as_deref().is_some_and(|said| said.contains(HEAP_FULL));
        let why = match last.reason.as_deref() {
            Some("OOMKilled") => "it needs more memory than its limit allows".to_owned(),
            _ if heap => "it needs more memory than its heap allows".to_owned(),
            _ => format!("exit code {}", last.exit_code),
        };
        let said = last.message.as_deref().map(tail).filter(|said| !said.is_empty());
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        let code = if set_up { ReasonCode::SetUp } else { crash(program) };
        return Some(broken(code, format!("{}/{}: {why}{said}", program.name, status.name)));
    }
    if let Some(waiting) = &state.waiting {
        let reason = waiting.reason.as_deref().unwrap_or_default();
        let message = waiting.message.as_deref().unwrap_or_default();
        // A Secret or key that the chart names and that is not there; a cache that is not filled yet is a passing one.
        if reason == "CreateContainerConfigError" && !message.contains("failed to sync") {
            return Some(broken(ReasonCode::Release, format!("{}/{}: {message}", program.name, status.name)));
        }
        return match reason {
            "ContainerCreating" => Some(starting("pulling the image and attaching the disk")),
            "ErrImagePull" => Some(starting("pulling the image again")),
            "CrashLoopBackOff" => Some(starting("it stopped; starting it again")),
            // Another container of the pod has the word.
            "PodInitializing" | "" => None,
            other => Some(starting(other)),
        };
    }
    if let Some(terminated) = state.terminated.as_ref().filter(|terminated| terminated.exit_code != 0) {
        return Some(starting(&format!("{} ended with code {}; starting it again", status.name, terminated.exit_code)));
    }
    if state.running.is_some() && !status.ready {
        return Some(starting(if set_up { "setting up the shop" } else { "starting" }));
    }
    None
}

fn starting(detail: &str) -> WorkloadSeen {
    WorkloadSeen::Starting { detail: detail.to_owned() }
}

fn broken(code: ReasonCode, detail: String) -> WorkloadSeen {
    WorkloadSeen::Broken(Reason::new(code, detail))
}

/// `None`: the refusal passes by itself, or there is none.
fn creation_refused(message: &str) -> Option<ReasonCode> {
    // A quota that was made a moment ago, a ServiceAccount that is made in a moment, or roles that are still being read.
    let passing = ["status unknown for quota", "error looking up service account", "is being terminated"];
    if passing.iter().any(|words| message.contains(words)) || super::lacks_rights(message) {
        return None;
    }
    if message.contains("exceeded quota") {
        return Some(ReasonCode::Quota);
    }
    // Pod Security, LimitRange, admission policies.
    message.contains("forbidden").then_some(ReasonCode::Release)
}

fn is_unschedulable(condition: &PodCondition) -> bool {
    condition.type_ == "PodScheduled"
        && condition.status == "False"
        && condition.reason.as_deref() == Some("Unschedulable")
}

fn image_trouble(status: &ContainerStatus) -> Option<ReasonCode> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    let message = waiting.message.as_deref().unwrap_or_default().to_lowercase();
    match waiting.reason.as_deref()? {
        // The kubelet's second thought: it failed, and failed again or is about to.
        "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" | "RegistryUnavailable" => {
            Some(ReasonCode::ImagePull)
        }
        // A first failure may be the network's; an answer of the registry is not.
        "ErrImagePull" if ["not found", "denied", "unauthorized"].iter().any(|word| message.contains(word)) => {
            Some(ReasonCode::ImagePull)
        }
        _ => None,
    }
}

fn event_time(event: &Event) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref()).map(|time| time.0);
    let last = event.last_timestamp.as_ref().map(|time| time.0);
    series.or(last).or(event.event_time.as_ref().map(|time| time.0)).or(event
        .metadata
        .creation_timestamp
        .as_ref()
        .map(|time| time.0))
}

fn event_count(event: &Event) -> i32 {
    let series = event.series.as_ref().and_then(|series| series.count);
    event.count.or(series).unwrap_or(1)
}

/// The end of what a program said, on one line.
fn tail(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let skip = line.chars().count().saturating_sub(SAID_KEPT);
    line.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests;
