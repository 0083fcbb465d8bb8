use std::convert::Infallible;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use store_api::{EVENT_END, EVENT_LINE, LogLine, LogQuery, Problem};
use store_model::{Component, Phase, Store};
use tokio::sync::watch;

use super::auth::Caller;
use super::events::{Closing, KEEP_ALIVE, closed};
use super::parse::Fields;
use super::problem::Refused;
use super::readers::{Reader, Readers};
use super::{App, ask, stores};
use crate::cluster::{self, LogLines, LogRange, Until};

const TAIL: u32 = 500;
const TAIL_MAX: u32 = 5000;

/// A program's log
///
/// As `text/event-stream`: a message `line` for each line, and `end` when that is all, with `follow` once the container has
/// ended. A stream that ends otherwise was cut. With `Accept: text/plain`: the same as a file, each line behind its time.
/// A caller may read eight at the same time.
#[utoipa::path(
    get, path = "/stores/{store}/logs", operation_id = "storeLogs", tag = "stores",
    params(("store" = String, Path, description = "Id or name."), LogQuery),
    responses(
        (status = 200, content((LogLine = "text/event-stream"), (String = "text/plain")), headers(("content-disposition" = Option<String>))),
        (status = 404, description = "There is no such store, or no such component; `detail` names those there are.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has not begun to run, or is gone.", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many logs at once, or too many requests.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The cluster does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn read(
    State(app): State<App>,
    Extension(Closing(closing)): Extension<Closing>,
    Extension(readers): Extension<Readers>,
    Extension(caller): Extension<Caller>,
    Path(store): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (component, range) = parse(query.as_deref())?;
    let store = stores::find(&app, &store).await?.store;
    let component = find(&store, component.as_deref())?;
    if store.phase == Phase::Deleted {
        return Err(no_log("the store is deleted, and its logs with it"));
    }
    let reader = readers.enter(&caller.name)?;
    let asked = app.cluster.logs(&store, component, range);
    let lines = ask::cluster(&store, "open the log", asked, no_log).await?;
    let Some(lines) = lines else {
        let detail = format!("'{}' has not begun to run, or is gone; ask again in a moment", component.name());
        return Err(no_log(detail).retry_after(2));
    };
    let reading = Reading { lines, closing, _reader: reader, ended: false };
    Ok(if wants_text(&headers) { text(reading, &store, component) } else { messages(reading) })
}

fn parse(query: Option<&str>) -> Result<(Option<String>, LogRange), Refused> {
    let mut fields = Fields::from_query(query);
    let component = fields.optional("component", |text| Ok(text.to_owned()));
    let tail = fields.optional("tail", |text| match text.parse() {
        Ok(tail @ 0..=TAIL_MAX) => Ok(tail),
        _ => Err(format!("must be a number from 0 to {TAIL_MAX}")),
    });
    let until = fields.optional("follow", |text| match text {
        "true" => Ok(Until::End),
        "false" => Ok(Until::Now),
        _ => Err("must be true or false".to_owned()),
    });
    fields.end(&["component", "tail", "follow"])?;
    Ok((component, LogRange { tail: tail.unwrap_or(TAIL), until: until.unwrap_or(Until::Now) }))
}

/// The first is the store's own server.
fn find(store: &Store, name: Option<&str>) -> Result<Component, Refused> {
    let mut components = store.engine.spec().components(store.plan);
    let found = components.find(|component| name.is_none_or(|name| component.name() == name));
    found.ok_or_else(|| {
        let known: Vec<&str> = store.engine.spec().components(store.plan).map(Component::name).collect();
        let detail = format!("the store has no such component; there are {}", known.join(", "));
        Refused::new(StatusCode::NOT_FOUND, "no-such-component", "No such component", detail)
    })
}

fn no_log(detail: impl Into<String>) -> Refused {
    Refused::conflict("no-log", "No log", detail)
}

fn wants_text(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/plain") && !accept.contains("text/event-stream")
}

/// What goes to the caller. With it goes all that it holds, down to the connection to the API server.
struct Reading {
    lines: LogLines,
    closing: watch::Receiver<bool>,
    _reader: Reader,
    ended: bool,
}

enum Told {
    Line(LogLine),
    /// That was all.
    End,
    /// It can't be read on, or the process stops.
    Cut,
}

impl Reading {
    async fn next(&mut self) -> Option<Told> {
        if self.ended {
            return None;
        }
        let told = tokio::select! {
            line = self.lines.next() => match line {
                Some(Ok(cluster::LogLine { at, text })) => return Some(Told::Line(LogLine { at, line: text })),
                Some(Err(error)) => {
                    tracing::warn!(%error, "read a log for a stream");
                    Told::Cut
                }
                None => Told::End,
            },
            () = closed(&mut self.closing) => Told::Cut,
        };
        self.ended = true;
        Some(told)
    }

    fn told(self) -> impl Stream<Item = Told> {
        futures::stream::unfold(self, |mut reading| async move { reading.next().await.map(|told| (told, reading)) })
    }
}

fn messages(reading: Reading) -> Response {
    let messages = reading.told().filter_map(async |told| {
        Some(Ok::<_, Infallible>(match told {
            // A line is text and a time: it always serialises.
            Told::Line(line) => Event::default().event(EVENT_LINE).json_data(&line).ok()?,
            Told::End => Event::default().event(EVENT_END).data("{}"),
            Told::Cut => return None,
        }))
    });
    let mut response = Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // nginx would hold lines back until its buffer is full.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn text(reading: Reading, store: &Store, component: Component) -> Response {
    let lines = reading.told().filter_map(async |told| match told {
        Told::Line(LogLine { at: Some(at), line }) => Some(Ok(format!("{at} {line}\n"))),
        Told::Line(LogLine { at: None, line }) => Some(Ok(format!("{line}\n"))),
        Told::End => None,
        // The connection breaks off: half a file must not pass for a whole one.
        Told::Cut => Some(Err(std::io::Error::other("the log was cut"))),
    });
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    // Both names are letters, digits and '-'.
    let file = format!("attachment; filename=\"{}-{}.log\"", store.name, component.name());
    if let Ok(file) = HeaderValue::from_str(&file) {
        headers.insert(header::CONTENT_DISPOSITION, file);
    }
    response
}
