//! The project's menu. Thin: each entry calls the room that does the work.

mod bench;
mod demo;
mod deps;
mod dev;
mod faults;
mod images;
mod platform;
mod sale;
mod target;
mod test;
mod tests_needs;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use local_cluster::progress::Progress;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Store provisioning platform: the project's menu",
    disable_help_subcommand = true
)]
struct Cli {
    /// Show what every long step prints, not only its log file's name
    #[arg(long, short, global = true)]
    verbose: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// From nothing to an order: cluster, images, platform, one store, one customer
    Demo(demo::Demo),
    /// A cluster with the platform on it; prints the kubeconfig
    Up(Up),
    /// Remove the embedded cluster and everything it put on this machine
    Down(target::ClusterArgs),
    /// What runs
    Status(target::ClusterArgs),
    /// Build the container images
    Images(images::Images),
    /// The dashboard with hot reload, on the real provisioner with an in-memory cluster
    Dev(dev::Dev),
    /// Every test, from pure rules to orders on a real cluster
    Test(test::Test),
    /// Kill, cut and delete at random on a real API server, and see that nothing is lost
    Chaos(faults::Chaos),
    /// Measure; prints ratios of one run
    Bench(bench::Bench),
    /// Run an embedded cluster's processes (started by `up`)
    #[command(hide = true)]
    Supervise { name: String },
}

#[derive(Args)]
struct Up {
    #[command(flatten)]
    target: target::TargetArgs,
    /// Only the cluster, without images and platform
    #[arg(long)]
    bare: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let progress = Progress::new(cli.verbose);
    match run(cli, &progress) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, progress: &Progress) -> Result<ExitCode> {
    match cli.task {
        Task::Demo(demo) => demo::run(&demo, progress),
        Task::Up(up) => {
            if up.bare {
                let cluster = target::bare(&up.target, progress)?;
                println!("kubeconfig  {}", cluster.display());
            } else {
                let world = platform::ready(&up.target, progress)?;
                world.describe();
            }
            Ok(ExitCode::SUCCESS)
        }
        Task::Down(args) => {
            local_cluster::down(&args.settings()?, progress)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Status(args) => {
            let settings = args.settings()?;
            let status = local_cluster::status(&settings)?;
            match (status.supervisor, status.complete) {
                (Some(pid), true) => println!("{} runs (supervisor {pid})", settings.name),
                (Some(pid), false) => println!("{} is coming up (supervisor {pid})", settings.name),
                (None, _) => println!("{} does not run", settings.name),
            }
            for component in &status.components {
                let pid = component.pid.map_or_else(|| "down".to_owned(), |pid| format!("pid {pid}"));
                println!("  {:<24} {pid}, {} restarts", component.name, component.restarts);
            }
            Ok(ExitCode::SUCCESS)
        }
        Task::Images(args) => images::run(&args, progress),
        Task::Dev(args) => dev::run(&args, progress),
        Task::Test(args) => test::run(&args, progress),
        Task::Chaos(args) => faults::chaos(&args, progress),
        Task::Bench(args) => bench::run(&args, progress),
        Task::Supervise { name } => {
            local_cluster::supervise(&target::settings(&name)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
