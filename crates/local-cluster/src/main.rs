//! The cluster alone, without the rest of the project: `local-cluster up|down|status [NAME]`.

use std::process::ExitCode;

use anyhow::Result;
use local_cluster::progress::Progress;
use local_cluster::{DEFAULT_NAME, Settings, down, status, supervise, up};

const USAGE: &str = "usage: local-cluster up|down|status [NAME] [--verbose]";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|argument| argument == "--verbose");
    arguments.retain(|argument| argument != "--verbose");
    let name = arguments.get(1).map_or(DEFAULT_NAME, String::as_str);
    let Some(command) = arguments.first() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(command, name, verbose) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, name: &str, verbose: bool) -> Result<()> {
    let mut settings = Settings::named(name)?;
    settings.verbose = verbose;
    let progress = Progress::new(verbose);
    match command {
        "up" => {
            let cluster = up(&settings, &progress)?;
            println!("export KUBECONFIG={}", cluster.kubeconfig.display());
        }
        "down" => down(&settings, &progress)?,
        "status" => show(&settings)?,
        "supervise" => supervise(&settings)?,
        _ => anyhow::bail!("{USAGE}"),
    }
    Ok(())
}

fn show(settings: &Settings) -> Result<()> {
    let status = status(settings)?;
    let Some(supervisor) = status.supervisor else {
        println!("cluster {} does not run", settings.name);
        return Ok(());
    };
    let complete = if status.complete { "complete" } else { "not complete: run up again" };
    println!("cluster {} runs, {complete}; supervisor {supervisor}", settings.name);
    for component in status.components {
        let pid = component.pid.map_or_else(|| "down".to_owned(), |pid| pid.to_string());
        println!("{:26} {pid:>8}  restarts {}", component.name, component.restarts);
    }
    Ok(())
}
