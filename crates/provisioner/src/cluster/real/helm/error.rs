//! What becomes of a Helm run that does not succeed, read from its words: Helm has no codes.

use std::path::PathBuf;

use store_model::ReasonCode;

use super::RUN_LIMIT;
use crate::cluster::Retry;
use crate::cluster::real::lacks_rights;

#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    #[error("start {binary}: {source}")]
    Start { binary: PathBuf, source: std::io::Error },
    #[error("talk to helm: {0}")]
    Talk(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
    #[error("helm did not end within {} s", RUN_LIMIT.as_secs())]
    Hung,
    #[error("the provisioner is shutting down")]
    Closed,
}

impl HelmError {
    /// What it means for the store, and whether trying again may help.
    pub fn class(&self) -> (ReasonCode, Retry) {
        let message = match self {
            HelmError::Refused(message) => message,
            // The API server answered the look just before it, and the next one is made only after another look that it
            // answers: what hangs again and again is the release. So it counts, and a deletion falls back at last.
            HelmError::Hung => return (ReasonCode::Release, Retry::Later),
            HelmError::Start { .. } | HelmError::Talk(_) | HelmError::Closed => {
                return (ReasonCode::Cluster, Retry::Later);
            }
        };
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        // Before the words of the network: a template without its end is "parse error at (…): unexpected EOF".
        if says(&["parse error"]) {
            return (ReasonCode::Release, Retry::Never);
        }
        if says(CLUSTER_AWAY) {
            return (ReasonCode::Cluster, Retry::Later);
        }
        if says(&["exceeded quota"]) {
            return (ReasonCode::Quota, Retry::Never);
        }
        if lacks_rights(message) {
            return (ReasonCode::Release, Retry::Later);
        }
        // The next look finds the stuck record, which has a cure of its own.
        if says(&["another operation", "already exists", "is being terminated", "has been cancelled"]) {
            return (ReasonCode::Release, Retry::Later);
        }
        if says(&["don't meet the specifications", "is invalid", "is forbidden", "execution error"]) {
            return (ReasonCode::Release, Retry::Never);
        }
        (ReasonCode::Release, Retry::Later)
    }
}

/// What Helm passes on of an API server, or of the way to it, that is away, starts, or has too much to do.
const CLUSTER_AWAY: &[&str] = &[
    "cluster unreachable",
    "connection refused",
    "connection reset",
    "connection lost",
    "broken pipe",
    "i/o timeout",
    "TLS handshake",
    "EOF",
    "context deadline",
    "too many requests",
    "Too Many Requests",
    "currently unable to handle the request",
    "etcdserver: ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again() {
        let away = (ReasonCode::Cluster, Retry::Later);
        let never = (ReasonCode::Release, Retry::Never);
        for (message, class) in [
            (
                "services is forbidden: User \"x\" cannot patch resource \"services\"",
                (ReasonCode::Release, Retry::Later),
            ),
            ("pods \"mysql-0\" is forbidden: violates PodSecurity", never),
            ("Get \"https://x\": read: connection reset by peer", away),
            ("Post \"https://x\": EOF", away),
            // As Helm 4.3.1 says it of a template without its `end`.
            ("parse error at (store-engine/templates/a.yaml:2): unexpected EOF", never),
            ("execution error at (store-engine/templates/a.yaml:1:6): no engine", never),
            ("the server has received too many requests and has asked us to try again later", away),
            ("the server is currently unable to handle the request (patch services web)", away),
            ("etcdserver: request timed out", away),
            ("rpc error: code = Unavailable desc = etcdserver: leader changed", away),
        ] {
            assert_eq!(HelmError::Refused(message.to_owned()).class(), class, "{message}");
        }
    }

    #[test]
    fn a_helm_that_hangs_uses_up_an_attempt() {
        assert_eq!(HelmError::Hung.class(), (ReasonCode::Release, Retry::Later));
        assert_eq!(HelmError::Closed.class(), (ReasonCode::Cluster, Retry::Later));
    }
}
