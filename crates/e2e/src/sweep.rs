//! What of a store is in the cluster.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{Store, World};

/// Everything that carries the store's id or lies in its namespace, of every kind that the API server can list.
pub async fn leftovers(world: &World, id: &str) -> Result<Vec<String>> {
    let label = format!("--selector=store-platform.dev/id={id}");
    let inside = format!("--namespace=store-{id}");
    let (namespaced, wide) = (kinds(world, "--namespaced=true").await?, kinds(world, "--namespaced=false").await?);
    let mut found = Vec::new();
    for args in [["get", &wide, &label, "--output=name"], ["get", &namespaced, &inside, "--output=name"]] {
        found.extend(names(&world.kubectl.ask(&args).await?));
    }
    let elsewhere = ["get", &namespaced, "--all-namespaces", &label, "--output=name"];
    found.extend(names(&world.kubectl.ask(&elsewhere).await?));
    for volume in volumes(world, id).await? {
        found.push(format!("persistentvolume/{}", volume["metadata"]["name"].as_str().unwrap_or_default()));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

async fn kinds(world: &World, scope: &str) -> Result<String> {
    let kinds = world.kubectl.ask(&["api-resources", "--verbs=list", "--output=name", scope]).await?;
    let kinds = names(&kinds);
    // A list cut short would make every sweep clean.
    ensure!(kinds.len() > 10, "the API server names only {kinds:?}");
    Ok(kinds.join(","))
}

/// The volumes that were bound to the store's claims.
pub async fn volumes(world: &World, id: &str) -> Result<Vec<Value>> {
    let namespace = format!("store-{id}");
    let all = world.kubectl.items(&["get", "persistentvolumes"]).await?;
    Ok(all.into_iter().filter(|volume| volume["spec"]["claimRef"]["namespace"] == namespace.as_str()).collect())
}

/// Where on this machine a store's data lie; only of an embedded cluster.
pub async fn directories(store: &Store) -> Result<Vec<PathBuf>> {
    let volumes = volumes(&store.world, store.id()).await?;
    let path = |volume: &Value| {
        let spec = &volume["spec"];
        spec["hostPath"]["path"].as_str().or(spec["local"]["path"].as_str()).map(PathBuf::from)
    };
    Ok(volumes.iter().filter_map(path).collect())
}

fn names(lines: &str) -> Vec<String> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
