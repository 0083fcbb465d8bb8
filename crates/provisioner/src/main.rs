//! Reads the environment, starts the log, runs. Everything it may be told is in `config.rs`.

use provisioner::config::Config;
use provisioner::{run, telemetry};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    telemetry::start(&config.log_level)?;
    run(config).await
}
