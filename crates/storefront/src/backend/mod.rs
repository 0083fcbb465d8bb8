//! Medusa's Store API, as a customer's browser would call it: with the publishable key, by the backend's in-cluster name.

mod calls;
pub mod wire;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use calls::{Guest, Place, Placed};

const KEY_HEADER: &str = "x-publishable-api-key";
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Completing a cart is Medusa's longest answer: 3 s on a busy machine. An order is waited for even when the customer's
/// page has been given up.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// The probe's patience is shorter than the kubelet's.
const READY_WITHIN: Duration = Duration::from_secs(3);
/// Medusa is one process: more at a time only make each other late.
const AT_ONCE: usize = 24;
/// How long a request waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// A page of products is a few hundred kilobytes at most; nothing that answers more is read to its end.
const LARGEST_ANSWER: usize = 8 << 20;

#[derive(Debug)]
pub struct Backend {
    http: reqwest::Client,
    address: String,
    turns: Semaphore,
}

/// Why there is no answer to build a page from.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not there, too late, or broken: it may be back soon.
    #[error("the backend is away: {0}")]
    Away(String),
    #[error("the backend does not know it")]
    Unknown,
    /// It said no, for a reason that the customer or the owner can change.
    #[error("the backend refused: {status} {kind} {code} {message}")]
    Refused { status: u16, kind: String, code: String, message: String },
}

impl Fault {
    pub fn is_stock(&self) -> bool {
        matches!(self, Fault::Refused { code, .. } if code == "insufficient_inventory")
    }

    /// Somebody else holds this cart's lock: the customer's other click.
    fn is_conflict(&self) -> bool {
        matches!(self, Fault::Refused { status: 409, .. })
    }
}

/// Medusa's own form of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    #[serde(rename = "type")]
    kind: String,
    code: String,
    message: String,
}

impl Backend {
    pub fn new(address: &str, key: &HeaderValue) -> Result<Backend, reqwest::Error> {
        let mut headers = HeaderMap::new();
        let mut key = key.clone();
        key.set_sensitive(true);
        headers.insert(KEY_HEADER, key);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            // Node closes an idle connection after 5 s: ours is given up first, so that no request meets a closed one.
            .pool_idle_timeout(Duration::from_secs(4))
            .build()?;
        Ok(Backend { http, address: address.to_owned(), turns: Semaphore::new(AT_ONCE) })
    }

    /// Can the shop sell? Medusa asks its database and Valkey.
    pub async fn ready(&self) -> Result<(), Fault> {
        let request = self.http.get(format!("{}/healthz/ready", self.address)).timeout(READY_WITHIN);
        let answer = request.send().await.map_err(|error| away(&error))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let status = answer.status().as_u16();
        let words = answer.text().await.map_err(|error| away(&error))?;
        Err(Fault::Away(format!("{status} {}", words.trim())))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/store{path}", self.address))
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let turn = timeout(TURN_WITHIN, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Fault::Away("too many requests at a time".to_owned()))?;
        let answer = request.send().await.map_err(|error| away(&error))?;
        let status = answer.status();
        let body = read(answer).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| Fault::Away(format!("unreadable answer: {error}")));
        }
        Err(refused(status, &body))
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| away(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Fault::Away(format!("an answer of more than {LARGEST_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn refused(status: StatusCode, body: &[u8]) -> Fault {
    let Ok(Refusal { kind, code, message }) = serde_json::from_slice(body) else {
        return Fault::Away(format!("{status} without Medusa's words"));
    };
    match status {
        StatusCode::NOT_FOUND => Fault::Unknown,
        _ if status.is_server_error() => Fault::Away(format!("{status} {kind} {message}")),
        _ => Fault::Refused { status: status.as_u16(), kind, code, message },
    }
}

/// Without the URL: a cart's id stands in it.
fn away(error: &reqwest::Error) -> Fault {
    let mut words = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        words = error.to_string();
        cause = error.source();
    }
    let what = if error.is_timeout() { "no answer in time" } else { "no connection" };
    Fault::Away(if words.is_empty() { what.to_owned() } else { format!("{what}: {words}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_an_absence() {
        let stock = br#"{"code":"insufficient_inventory","type":"not_allowed","message":"Some variant"}"#;
        assert!(refused(StatusCode::BAD_REQUEST, stock).is_stock());
        let busy = br#"{"type":"conflict","message":"Cart is already being completed by another request"}"#;
        assert!(refused(StatusCode::CONFLICT, busy).is_conflict());
        let unknown = br#"{"type":"not_found","message":"Cart id not found"}"#;
        assert!(matches!(refused(StatusCode::NOT_FOUND, unknown), Fault::Unknown));
        let broken = br#"{"type":"unknown_error","message":"An unknown error occurred."}"#;
        assert!(matches!(refused(StatusCode::INTERNAL_SERVER_ERROR, broken), Fault::Away(_)));
        assert!(matches!(refused(StatusCode::NOT_FOUND, b"<html>"), Fault::Away(_)));
    }
}
