//! Reads the environment, starts the log, runs. Everything it may be told is in `config.rs`.

use std::process::ExitCode;

use provisioner::cluster::real::guard;
use provisioner::config::Config;
use provisioner::{faults, run, telemetry};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == guard::WORD) {
        return guard::become_helm(arguments);
    }
    serve()
}

#[tokio::main]
async fn serve() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // To the terminal and not to the log: the log may be what could not be started.
            eprintln!("provisioner: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    telemetry::start(&config.log_level)?;
    faults::start();
    run(config).await
}
