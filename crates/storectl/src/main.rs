//! The platform from a terminal: answers go to standard output, everything said beside them to standard error.

mod cli;
mod doctor;
mod failure;
mod follow;
mod login;
mod output;
mod session;
mod setup;
mod store;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command, DoctorCommand};
use failure::Failure;
use output::Output;
use session::Session;

fn main() -> ExitCode {
    // clap ends the process itself: 2 for a usage that it does not understand, with what was meant; 0 for help.
    let cli = Cli::parse();
    let ended = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(interruptible(cli)),
        Err(error) => Err(Failure::general(format!("cannot start: {error}"))),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Ctrl-C ends this command only: what the platform was asked for goes on.
async fn interruptible(cli: Cli) -> Result<(), Failure> {
    tokio::select! {
        ended = run(cli) => ended,
        _ = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { connection, output, command } = cli;
    let output = Output::new(output);
    match command {
        Command::Login(login) => login::run(&connection, login, &output).await,
        Command::Setup => setup::run(&Session::open(&connection)?, &output).await,
        Command::Store(command) => store::run(&Session::open(&connection)?, command, &output).await,
        Command::Engines => store::engines(&Session::open(&connection)?, &output).await,
        Command::Doctor { command: None } => doctor::run(&connection, &output).await,
        Command::Doctor { command: Some(DoctorCommand::Adopt(adopt)) } => {
            doctor::adopt::run(&Session::open(&connection)?, adopt, &output).await
        }
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "storectl", &mut script);
            output::raw(&script)
        }
    }
}
