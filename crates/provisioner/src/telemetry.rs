//! Logs: one JSON object a line on stderr. Metrics are written where things happen and read at `/metrics`.

use tracing_subscriber::EnvFilter;

/// `filter` as in `info,provisioner=debug`.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("LOG_LEVEL={filter:?}: {error}; use e.g. info, or info,provisioner=debug"))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init()
        .map_err(|error| anyhow::anyhow!("start the log: {error}"))
}
