//! One call: what the rules say, and what the API server says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response};
use serde_json::json;

use super::{Call, Caller, Fault, Rule, Shared};
use crate::control_plane::{NAMESPACE, SERVICE_ACCOUNT};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Error>;

/// They belong to one connection and not to the message.
const OF_ONE_CONNECTION: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::HOST, header::UPGRADE];

/// An error closes the connection without a word.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    server: SocketAddr,
    (by, release): (Caller, Option<String>),
    request: Request<Incoming>,
) -> Result<Response<Body>, Error> {
    let (head, body) = request.into_parts();
    let call = Call {
        by,
        release,
        method: head.method.clone(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        begun: Instant::now(),
        ended: None,
        status: None,
        gone: false,
        fault: None,
    };
    let (index, rule) = note(shared, call);
    let mut watched = Watched { shared: Arc::clone(shared), index, waits: true };
    let fault = rule.as_ref().map(|rule| &rule.fault);
    let body = body.collect().await?.to_bytes();
    match fault {
        Some(Fault::Answer { code, reason, message, retry_after }) => {
            ended(shared, index, Some(*code));
            return refusal(*code, reason, message, *retry_after);
        }
        Some(Fault::Say { code, body }) => {
            ended(shared, index, Some(*code));
            let response = Response::builder().status(*code).header(header::CONTENT_TYPE, "application/json");
            let body = Full::new(Bytes::from(body.clone()));
            return Ok(response.body(body.map_err(|never| match never {}).boxed_unsync())?);
        }
        Some(Fault::Close) => {
            ended(shared, index, None);
            return Err("closed before it arrived".into());
        }
        Some(Fault::Delay(delay)) => tokio::time::sleep(*delay).await,
        Some(Fault::Hold) => {
            if let Some(rule) = &rule {
                rule.released().await;
            }
        }
        Some(Fault::LoseAnswer | Fault::CutBody(_) | Fault::Silence | Fault::Count) | None => {}
    }
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut upstream = shared.upstream.request(head.method, format!("https://{server}{target}")).body(body);
    upstream = upstream.headers(outgoing(head.headers)?);
    let answered = match upstream.send().await {
        Ok(answered) => answered,
        Err(error) => {
            ended(shared, index, None);
            return Err(error.into());
        }
    };
    if let Some(Fault::LoseAnswer) = fault {
        // The whole answer, so that the write is surely in.
        let _lost = answered.bytes().await;
        ended(shared, index, None);
        return Err("the answer is lost".into());
    }
    let status = answered.status();
    let mut response = Response::builder().status(status);
    for (name, value) in answered.headers() {
        if !OF_ONE_CONNECTION.contains(name) {
            response = response.header(name, value);
        }
    }
    let limit = match fault {
        Some(Fault::CutBody(limit)) => Some((*limit, true)),
        Some(Fault::Silence) => Some((0, false)),
        _ => None,
    };
    watched.waits = false;
    told(shared, index, status.as_u16());
    let ending = Ending { shared: Arc::clone(shared), index, status: status.as_u16() };
    Ok(response.body(carried(answered, limit, rule, ending))?)
}

/// Tells the log of a caller that went away: then the answer is dropped in the middle.
struct Watched {
    shared: Arc<Shared>,
    index: usize,
    waits: bool,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(call) = self.shared.state().calls.get_mut(self.index) {
            call.gone = self.waits && call.ended.is_none();
        }
        self.shared.tell();
    }
}

/// Tells the log when the answer is over, also when the caller went away in its middle.
struct Ending {
    shared: Arc<Shared>,
    index: usize,
    status: u16,
}

impl Drop for Ending {
    fn drop(&mut self) {
        ended(&self.shared, self.index, Some(self.status));
    }
}

fn carried(answered: reqwest::Response, limit: Option<(usize, bool)>, rule: Option<Arc<Rule>>, ending: Ending) -> Body {
    let stream = answered.bytes_stream();
    let state = (stream, 0_usize, limit, rule, ending);
    let frames = futures::stream::unfold(state, |(mut stream, mut passed, limit, rule, ending)| async move {
        match (limit, &rule) {
            (Some((most, true)), _) if passed >= most => {
                return Some((Err(Error::from("cut in the middle")), (stream, 0, None, rule, ending)));
            }
            // A wire that swallows: what the server sends is read and never passed on, so that the server does not mind.
            (Some((_, false)), Some(rule)) => {
                let swallow = async { while let Some(Ok(_)) = stream.next().await {} };
                tokio::select! {
                    () = rule.released() => {}
                    () = swallow => rule.released().await,
                }
                return None;
            }
            _ => {}
        }
        let chunk = stream.next().await?;
        let chunk = chunk.map_err(Error::from).map(|bytes| {
            let room = limit.map_or(bytes.len(), |(most, _)| most.saturating_sub(passed).min(bytes.len()));
            passed += bytes.len();
            Frame::data(bytes.slice(..room))
        });
        Some((chunk, (stream, passed, limit, rule, ending)))
    });
    BodyExt::boxed_unsync(StreamBody::new(frames))
}

/// The log's entry, and the rule that has something to say about it.
fn note(shared: &Shared, mut call: Call) -> (usize, Option<Arc<Rule>>) {
    let (index, rule) = {
        let mut state = shared.state();
        let rule = state.rules.iter().find(|rule| rule.applies(&call)).cloned();
        call.fault = rule.as_ref().map(|rule| rule.fault.name());
        state.calls.push(call);
        (state.calls.len() - 1, rule)
    };
    shared.tell();
    (index, rule)
}

/// A watch has been answered long before it ends.
fn told(shared: &Shared, index: usize, status: u16) {
    if let Some(call) = shared.state().calls.get_mut(index) {
        call.status = Some(status);
    }
    shared.tell();
}

fn ended(shared: &Shared, index: usize, status: Option<u16>) {
    if let Some(call) = shared.state().calls.get_mut(index) {
        call.ended = Some(Instant::now());
        call.status = status;
    }
    shared.tell();
}

/// The admin speaks for the provisioner's ServiceAccount: what its chart does not allow, the API server refuses.
fn outgoing(mut headers: HeaderMap) -> Result<HeaderMap, Error> {
    for name in OF_ONE_CONNECTION {
        headers.remove(name);
    }
    headers.remove(header::CONTENT_LENGTH);
    headers.insert("impersonate-user", format!("system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}").parse()?);
    for group in ["system:serviceaccounts", "system:authenticated"] {
        headers.append("impersonate-group", HeaderValue::from_static(group));
    }
    headers.append("impersonate-group", format!("system:serviceaccounts:{NAMESPACE}").parse()?);
    Ok(headers)
}

fn refusal(code: u16, reason: &str, message: &str, retry_after: Option<u64>) -> Result<Response<Body>, Error> {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    let mut response = Response::builder().status(code).header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    let body = Full::new(Bytes::from(serde_json::to_vec(&status)?));
    Ok(response.body(body.map_err(|never| match never {}).boxed_unsync())?)
}
