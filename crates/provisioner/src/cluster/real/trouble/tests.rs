#![expect(clippy::needless_pass_by_value, reason = "json! makes values, and tests read better without borrowing them")]

use serde_json::{Value, json};
use store_model::{Engine, Plan};

use super::*;
use crate::cluster::real::light::Light;

const NOW: &str = "2026-11-23T12:00:00Z";

/// As the watches keep it.
fn parse<T: Light>(value: Value) -> T {
    T::of(serde_json::from_value(value).unwrap())
}

fn store(engine: Engine) -> Store {
    Store { engine, ..crate::cluster::real::tests::store() }
}

fn program(engine: Engine, name: &str) -> &'static Workload {
    engine.spec().workloads.iter().find(|workload| workload.name == name).unwrap()
}

fn mysql() -> &'static Workload {
    program(Engine::Woocommerce, "mysql")
}

fn wordpress() -> &'static Workload {
    program(Engine::Woocommerce, "wordpress")
}

/// A pod of a program, with a status.
fn pod(program: &Workload, status: Value) -> Arc<Pod> {
    let (kind, owner, claim) = match program.kind {
        WorkloadKind::StatefulSet => ("StatefulSet", program.name.to_owned(), format!("data-{}-0", program.name)),
        WorkloadKind::Deployment => ("ReplicaSet", format!("{}-5d4f8c7b9", program.name), "uploads".to_owned()),
    };
    let owner = json!({"apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": "u"});
    let metadata = json!({"name": format!("{}-0", program.name), "ownerReferences": [owner]});
    let volumes = json!([{"name": "disk", "persistentVolumeClaim": {"claimName": claim}}]);
    let spec = json!({"containers": [], "volumes": volumes});
    Arc::new(parse(json!({"metadata": metadata, "spec": spec, "status": status})))
}

fn container(name: &str, restarts: i32, state: Value) -> Value {
    json!({"name": name, "image": "r/i:1", "imageID": "", "ready": false, "restartCount": restarts, "state": state})
}

fn waiting(reason: &str, message: &str) -> Value {
    json!({"waiting": {"reason": reason, "message": message}})
}

fn ended(code: i32, message: &str) -> Value {
    json!({"terminated": {"exitCode": code, "message": message, "reason": "Error"}})
}

fn event(kind: &str, name: &str, reason: &str, message: &str, count: i32) -> Arc<Event> {
    Arc::new(parse(json!({
        "metadata": {"name": "e"}, "involvedObject": {"kind": kind, "name": name}, "reason": reason, "message": message,
        "count": count, "type": "Warning", "firstTimestamp": "2026-11-23T11:59:50Z", "lastTimestamp": "2026-11-23T11:59:58Z",
    })))
}

fn around(pods: Vec<Arc<Pod>>, warnings: Vec<Arc<Event>>) -> Surroundings {
    Surroundings { pods, claims: Vec::new(), warnings, now: NOW.parse().unwrap() }
}

fn application(surroundings: &Surroundings) -> WorkloadSeen {
    surroundings.deployment(wordpress(), Some(&parse(json!({"metadata": {"generation": 1}}))))
}

fn database(surroundings: &Surroundings) -> WorkloadSeen {
    surroundings.stateful_set(mysql(), Some(&parse(json!({"metadata": {"generation": 1}}))))
}

fn code(seen: &WorkloadSeen) -> Option<ReasonCode> {
    match seen {
        WorkloadSeen::Broken(reason) => Some(reason.code),
        WorkloadSeen::Absent | WorkloadSeen::Starting { .. } | WorkloadSeen::Ready => None,
    }
}

#[test]
fn what_a_container_says_and_what_it_means() {
    let cases: Vec<(&str, Value, Option<ReasonCode>)> = vec![
        (
            "back-off",
            container("wordpress", 0, waiting("ImagePullBackOff", "Back-off pulling image")),
            Some(ReasonCode::ImagePull),
        ),
        (
            "bad name",
            container("wordpress", 0, waiting("InvalidImageName", "couldn't parse")),
            Some(ReasonCode::ImagePull),
        ),
        (
            "no such tag",
            container("wordpress", 0, waiting("ErrImagePull", "r/i:1: not found")),
            Some(ReasonCode::ImagePull),
        ),
        ("a cut line", container("wordpress", 0, waiting("ErrImagePull", "i/o timeout")), None),
        ("first crash", container("wordpress", 1, waiting("CrashLoopBackOff", "")), None),
        (
            "no such key",
            container("wordpress", 0, waiting("CreateContainerConfigError", "couldn't find key x in Secret")),
            Some(ReasonCode::Release),
        ),
        (
            "cold cache",
            container("wordpress", 0, waiting("CreateContainerConfigError", "failed to sync secret cache")),
            None,
        ),
        ("crashes", container("wordpress", 3, ended(137, "boom")), Some(ReasonCode::CrashLoop)),
        ("two crashes", container("wordpress", 2, ended(137, "boom")), None),
        ("runs again", container("wordpress", 9, json!({"running": {}})), None),
        ("ended well", container("wordpress", 3, ended(0, "")), None),
    ];
    for (name, status, expected) in cases {
        let surroundings = around(vec![pod(wordpress(), json!({"containerStatuses": [status]}))], vec![]);
        assert_eq!(code(&application(&surroundings)), expected, "{name}");
    }
}

#[test]
fn the_set_up_fails_in_its_own_words() {
    let mut status = container("setup", 2, waiting("CrashLoopBackOff", "back-off"));
    status["lastState"] = ended(1, "setup: database\nsetup: cannot create the admin");
    let surroundings = around(vec![pod(wordpress(), json!({"initContainerStatuses": [status]}))], vec![]);
    let WorkloadSeen::Broken(reason) = application(&surroundings) else { panic!("not broken") };
    assert_eq!(reason.code, ReasonCode::SetUp);
    assert!(reason.detail.ends_with("setup: cannot create the admin"), "{}", reason.detail);
    assert_eq!(surroundings.broken_pods(&store(Engine::Woocommerce)), ["wordpress-0"]);
}

#[test]
fn a_database_that_crashes_is_the_database() {
    let status = container("mysql", 3, ended(1, "[ERROR] InnoDB"));
    let surroundings = around(vec![pod(mysql(), json!({"containerStatuses": [status]}))], vec![]);
    assert_eq!(code(&database(&surroundings)), Some(ReasonCode::Database));
}

#[test]
fn out_of_memory_is_said_so() {
    let mut state = ended(137, "");
    state["terminated"]["reason"] = "OOMKilled".into();
    let surroundings = around(vec![pod(mysql(), json!({"containerStatuses": [container("mysql", 3, state)]}))], vec![]);
    let WorkloadSeen::Broken(reason) = database(&surroundings) else { panic!("not broken") };
    assert!(reason.detail.contains("memory"), "{}", reason.detail);
}

#[test]
fn every_program_of_every_engine_is_known_by_its_owner_and_has_its_own_word() {
    for engine in Engine::ALL {
        for program in engine.spec().workloads(Plan::Large) {
            let crashed = container(program.name, 3, ended(1, "refused"));
            let pods = vec![pod(program, json!({"containerStatuses": [crashed]}))];
            let surroundings = around(pods, vec![]);
            let generation = json!({"metadata": {"generation": 1}});
            let seen = match program.kind {
                WorkloadKind::StatefulSet => surroundings.stateful_set(program, Some(&parse(generation))),
                WorkloadKind::Deployment => surroundings.deployment(program, Some(&parse(generation))),
            };
            let database = program.stage == Stage::Database;
            let expected = if database { ReasonCode::Database } else { ReasonCode::CrashLoop };
            let WorkloadSeen::Broken(reason) = seen else { panic!("{} is not broken", program.name) };
            assert_eq!(reason.code, expected, "{}", program.name);
            assert!(reason.detail.starts_with(program.name), "{}", reason.detail);
            let store = Store { plan: Plan::Large, ..store(engine) };
            assert_eq!(surroundings.broken_pods(&store), [format!("{}-0", program.name)]);
            // Another program's pods are not taken for it, whatever begins like its name.
            let others = engine.spec().workloads(Plan::Large).filter(|other| other.name != program.name);
            assert!(others.into_iter().all(|other| !owns(other, &surroundings.pods[0])), "{}", program.name);
        }
    }
}

#[test]
fn a_full_heap_is_said_so() {
    let said = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
    let medusa = program(Engine::Medusa, "medusa");
    let crashed = container("medusa", 3, ended(134, said));
    let surroundings = around(vec![pod(medusa, json!({"containerStatuses": [crashed]}))], vec![]);
    let WorkloadSeen::Broken(reason) =
        surroundings.deployment(medusa, Some(&parse(json!({"metadata": {"generation": 1}}))))
    else {
        panic!("not broken")
    };
    assert!(reason.detail.contains("more memory than its heap allows"), "{}", reason.detail);
}

fn unscheduled(since: &str, message: &str) -> Value {
    json!({"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message, "lastTransitionTime": since}]})
}

#[test]
fn a_full_cluster_is_given_a_moment() {
    let message = "0/1 nodes are available: 1 Insufficient memory.";
    let of = |since| code(&application(&around(vec![pod(wordpress(), unscheduled(since, message))], vec![])));
    assert_eq!(of("2026-11-23T11:59:30Z"), None);
    assert_eq!(of("2026-11-23T11:58:30Z"), Some(ReasonCode::Unschedulable));
}

#[test]
fn a_claim_that_cannot_be_satisfied_is_the_volume_not_the_machine() {
    let message = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.";
    let pods = vec![pod(mysql(), unscheduled("2026-11-23T11:58:30Z", message))];
    let claim = |class: Value, made: &str| -> Arc<VolumeClaim> {
        Arc::new(parse(json!({
            "metadata": {"name": "data-mysql-0", "creationTimestamp": made},
            "spec": {"storageClassName": class}, "status": {"phase": "Pending"},
        })))
    };
    let with = |claim, warnings| Surroundings { claims: vec![claim], ..around(pods.clone(), warnings) };
    let failing = |count| {
        event("PersistentVolumeClaim", "data-mysql-0", "ProvisioningFailed", "storageclass \"x\" not found", count)
    };
    let named = || claim(json!("x"), "2026-11-23T11:59:00Z");
    assert_eq!(code(&database(&with(named(), vec![]))), None);
    assert_eq!(code(&database(&with(named(), vec![failing(1)]))), None);
    assert_eq!(code(&database(&with(named(), vec![failing(3)]))), Some(ReasonCode::Volume));
    assert_eq!(code(&database(&with(claim(Value::Null, "2026-11-23T11:59:50Z"), vec![]))), None);
    assert_eq!(code(&database(&with(claim(Value::Null, "2026-11-23T11:58:00Z"), vec![]))), Some(ReasonCode::Volume));
    // The application does not suffer from the database's claim.
    assert_eq!(with(named(), vec![failing(3)]).claim_trouble(&pod(wordpress(), json!({}))), None);
}

#[test]
fn a_disk_that_does_not_mount_counts_only_until_something_ran() {
    let warnings = || vec![event("Pod", "mysql-0", "FailedMount", "timed out", 3)];
    let of = |state| {
        let status = json!({"containerStatuses": [container("mysql", 0, state)]});
        code(&database(&around(vec![pod(mysql(), status)], warnings())))
    };
    assert_eq!(of(waiting("ContainerCreating", "")), Some(ReasonCode::Volume));
    assert_eq!(of(json!({"running": {}})), None);
}

#[test]
fn pods_that_may_not_be_made() {
    for (message, expected) in [
        ("pods \"mysql-0\" is forbidden: exceeded quota: store, requested: limits.memory=1Gi", Some(ReasonCode::Quota)),
        ("pods \"mysql-0\" is forbidden: violates PodSecurity \"restricted\"", Some(ReasonCode::Release)),
        ("pods \"mysql-0\" is forbidden: status unknown for quota: store", None),
        ("pods \"mysql-0\" is forbidden: error looking up service account store-s1/default", None),
        ("pods \"mysql-0\" is forbidden: User \"system:x\" cannot create resource \"pods\"", None),
        ("Internal error occurred", None),
    ] {
        let surroundings = around(vec![], vec![event("StatefulSet", "mysql", "FailedCreate", message, 1)]);
        assert_eq!(code(&database(&surroundings)), expected, "{message}");
        let refused = json!({"metadata": {"generation": 1}, "status": {"observedGeneration": 1, "conditions": [
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message},
        ]}});
        assert_eq!(code(&around(vec![], vec![]).deployment(wordpress(), Some(&parse(refused)))), expected, "{message}");
    }
}

#[test]
fn an_old_warning_is_about_another_day() {
    let mut old = (*event("StatefulSet", "mysql", "FailedCreate", "is forbidden: exceeded quota", 9)).clone();
    old.last_timestamp = Some(serde_json::from_value(json!("2026-11-23T11:00:00Z")).unwrap());
    assert_eq!(code(&database(&around(vec![], vec![Arc::new(old)]))), None);
}

#[test]
fn ready_is_the_controllers_word_about_the_newest_generation() {
    let none = around(vec![], vec![]);
    let deployment = |observed: i64, available: i32| -> Deployment {
        parse(json!({"metadata": {"generation": 2}, "status": {
            "observedGeneration": observed, "updatedReplicas": 1, "availableReplicas": available,
        }}))
    };
    assert_eq!(none.deployment(wordpress(), Some(&deployment(2, 1))), WorkloadSeen::Ready);
    assert!(matches!(none.deployment(wordpress(), Some(&deployment(1, 1))), WorkloadSeen::Starting { .. }));
    assert!(matches!(none.deployment(wordpress(), Some(&deployment(2, 0))), WorkloadSeen::Starting { .. }));
    assert_eq!(none.deployment(wordpress(), None), WorkloadSeen::Absent);
}

#[test]
fn the_cron_jobs_pods_are_not_the_applications() {
    assert!(is_replica_set_of("wordpress-5d4f8c7b9", "wordpress"));
    assert!(!is_replica_set_of("wordpress-cron-29", "wordpress"));
    assert!(!is_replica_set_of("wordpress", "wordpress"));
}
