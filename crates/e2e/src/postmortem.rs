//! What a failed test leaves to read: the store as the API sees it, and its namespace as the cluster sees it.

use crate::{NAMESPACE, PROVISIONER, Store};

/// Lines of each container's log: the last words are what matters.
const TAIL: &str = "--tail=40";

/// Everything worth reading about a store, in one text. What can't be had is said in its place.
pub(crate) async fn tell(store: &Store) -> String {
    let namespace = store.namespace();
    let kubectl = &store.world.kubectl;
    let scope = format!("--namespace={namespace}");
    let mut text = format!("\n======== post-mortem of store {} in {namespace}\n", store.view.name);
    let view = match store.look().await {
        Ok(view) => serde_json::to_string_pretty(&view).unwrap_or_else(|error| error.to_string()),
        Err(error) => format!("{error:#}"),
    };
    section(&mut text, "the API's view", &view);
    let events = match store.events().await {
        Ok(events) => {
            let lines = events.iter().map(|event| format!("{} {} {}", event.at, event.kind, event.message));
            lines.collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("{error:#}"),
    };
    section(&mut text, "the API's events", &events);
    let objects =
        "pods,statefulsets,deployments,persistentvolumeclaims,services,ingresses,certificates.cert-manager.io";
    section(&mut text, "objects", &kubectl.tell(&["get", objects, &scope, "--output=wide"]).await);
    section(
        &mut text,
        "the namespace's events",
        &kubectl.tell(&["get", "events", &scope, "--sort-by=.metadata.creationTimestamp"]).await,
    );
    let pods = kubectl.tell(&["get", "pods", &scope, "--output=name"]).await;
    for pod in pods.lines().filter(|line| line.starts_with("pod/")) {
        let logs = kubectl.tell(&["logs", pod, &scope, "--all-containers", "--prefix", TAIL]).await;
        section(&mut text, &format!("last words of {pod}"), &logs);
        let before = kubectl.tell(&["logs", pod, &scope, "--all-containers", "--prefix", "--previous", TAIL]).await;
        if !before.contains("not found") {
            section(&mut text, &format!("last words of {pod} before its restart"), &before);
        }
    }
    let provisioner = format!("deployment/{PROVISIONER}");
    let logs = kubectl.tell(&["logs", &provisioner, "--namespace", NAMESPACE, "--tail=80"]).await;
    section(&mut text, "last words of the provisioner", &logs);
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    for part in ["-------- ", title, "\n", body.trim_end(), "\n"] {
        text.push_str(part);
    }
}
