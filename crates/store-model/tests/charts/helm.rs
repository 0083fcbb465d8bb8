use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::files::{Case, chart};

/// Helm 4: `HELM`, or the one on PATH. A missing one is a failure, never a pass.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let path = env::var_os("HELM").map_or_else(|| PathBuf::from("helm"), PathBuf::from);
        let version =
            Command::new(&path).args(["version", "--template", "{{.Version}}"]).output().unwrap_or_else(|error| {
                panic!(
                    "run {}: {error}\nSet HELM to a Helm 4 program, or run `cargo xtask test`, which builds one.",
                    path.display()
                )
            });
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        assert!(
            version.starts_with("v4."),
            "{} is Helm {version:?}, and the charts are tested with Helm 4",
            path.display()
        );
        path
    })
}

pub fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// Renders a chart with values files; the release and its namespace are called like the platform's or a store's.
pub fn render(directory: &str, values: &[PathBuf], more: &[&str]) -> Result<String, String> {
    let release = if directory == "store-instance" { "store-s0123456789a" } else { "store-platform" };
    let path = chart(directory);
    let mut command = Command::new(program());
    command.arg("template").arg(release).arg(path).args(["--namespace", release]).args(more);
    for file in values {
        command.arg("--values").arg(file);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A case, rendered once for all tests that look at it.
pub fn render_case(case: &Case) -> String {
    static RENDERED: OnceLock<Mutex<HashMap<PathBuf, String>>> = OnceLock::new();
    let mut rendered = RENDERED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    rendered.entry(case.path.clone()).or_insert_with(|| render_afresh(case)).clone()
}

pub fn render_afresh(case: &Case) -> String {
    render(case.directory, &case.values(), &[]).unwrap_or_else(|error| panic!("{}: {error}", case.path.display()))
}
