//! Logs: one JSON object a line on stderr. Metrics are written where things happen and read at `/metrics`.

use tracing_subscriber::EnvFilter;

/// What the libraries say at `debug` is one line a statement and a request; `LOG_LEVEL` may name them to hear it.
const QUIET: &str = "sqlx=info,kube_client=info,kube_runtime=info,hyper_util=info,h2=info,rustls=info,tower=info";

/// `filter` as in `info,provisioner=debug`.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{filter}"))
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
