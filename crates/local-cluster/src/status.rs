//! What runs of a cluster, and how often it had to be started again.

use std::fs;

use anyhow::Result;
use serde::Deserialize;

use crate::cluster::finished_mark;
use crate::settings::Settings;
use crate::supervisor;

#[derive(Debug)]
pub struct Status {
    /// The supervisor's process id.
    pub supervisor: Option<i32>,
    /// `up` has been through.
    pub complete: bool,
    pub components: Vec<Component>,
}

#[derive(Debug, Deserialize)]
pub struct Component {
    pub name: String,
    /// As the node counts its processes.
    pub pid: Option<i32>,
    pub restarts: u32,
}

pub fn status(settings: &Settings) -> Result<Status> {
    let supervisor = supervisor::running(settings)?.map(nix::unistd::Pid::as_raw);
    let components = if supervisor.is_some() { components(settings)? } else { Vec::new() };
    Ok(Status { supervisor, complete: supervisor.is_some() && finished_mark(settings).exists(), components })
}

fn components(settings: &Settings) -> Result<Vec<Component>> {
    match fs::read(settings.run_dir().join("components.json")) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
