//! What a failed test leaves to read.

use std::fmt::Write as _;

use k8s_openapi::api::core::v1::Namespace;
use kube::ResourceExt as _;
use kube::api::{Api, ListParams};

use super::Scene;
use crate::recorder::LABEL_ID;

/// What can't be had is said in its place.
pub(super) async fn tell(scene: &Scene) -> String {
    let mut text = format!("\n======== post-mortem of scene {} on {:?}\n", scene.prefix, scene.database.kind);
    let rows = match scene.database.rows().await {
        Ok(rows) => rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>().join("\n"),
        Err(error) => format!("{error:#}"),
    };
    section(&mut text, "rows", &rows);
    let events = match scene.database.events().await {
        Ok(events) => {
            let line = |event: &super::EventRow| {
                format!(
                    "{} {} {} {:?} {:?} {}",
                    event.store_id, event.kind, event.phase, event.state, event.reason, event.detail
                )
            };
            let lines: Vec<String> = events.iter().map(line).collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        }
        Err(error) => format!("{error:#}"),
    };
    section(&mut text, "last events", &events);
    let namespaces: Api<Namespace> = Api::all(scene.plane.client.clone());
    let namespaces = match namespaces.list(&ListParams::default().labels(LABEL_ID)).await {
        Ok(list) => {
            let ours = list.items.into_iter().filter(|namespace| {
                namespace.labels().get(crate::node::LABEL_NAME).is_some_and(|name| name.starts_with(&scene.prefix))
            });
            let line = |namespace: Namespace| {
                let status = serde_json::to_string(&namespace.status).unwrap_or_default();
                format!("{} {:?} {status}", namespace.name_any(), namespace.metadata.deletion_timestamp)
            };
            ours.map(line).collect::<Vec<_>>().join("\n")
        }
        Err(error) => format!("{error:#}"),
    };
    section(&mut text, "namespaces", &namespaces);
    section(&mut text, "last calls of the API server", &scene.proxy.story(60));
    for service in scene.started() {
        let running = if service.process.is_running() { "runs" } else { "is gone" };
        section(&mut text, &format!("provisioner {} {running}", service.process.pid()), &service.process.log.tail(40));
    }
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "-------- {title}\n{}", body.trim_end());
}
