use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use store_api::{EVENT_END, EVENT_HELLO, EventPage, EventView, Problem};
use store_model::{Phase, StoreId};
use tokio::sync::{broadcast, watch};

use super::parse::Fields;
use super::problem::Refused;
use super::{App, stores, views};
use crate::db::{Db, EventRow};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// A store's whole way is some 40 events; more than this at once comes in pages.
const PAGE: u32 = 500;
/// Behind the bell, for what was committed by a replica whose ring got lost.
const POLL: Duration = Duration::from_secs(5);
/// Proxies cut what is silent for 30 or 60 s.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Turns true when the process is asked to stop.
#[derive(Clone)]
pub struct Closing(pub watch::Receiver<bool>);

/// A store's events
///
/// As `text/event-stream`: those after `Last-Event-ID` (or `after`), then each as it happens, until the store is
/// deleted; the last message is named `end`. With `Accept: application/json`: a list of those there are.
#[utoipa::path(
    get, path = "/stores/{store}/events", operation_id = "storeEvents", tag = "stores",
    params(
        ("store" = String, Path, description = "Id or name."),
        ("last-event-id" = Option<i64>, Header, description = "The last event that arrived; sent by browsers on their own."),
        ("after" = Option<i64>, Query, description = "The same, for a first request."),
    ),
    responses(
        (status = 200, content((EventView = "text/event-stream"), (EventPage = "application/json"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(app): State<App>,
    Extension(Closing(closing)): Extension<Closing>,
    Path(store): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let after = cursor(query.as_deref(), &headers)?.unwrap_or(0);
    let row = stores::find(&app, &store).await?;
    if wants_list(&headers) {
        let rows = app.db.events_after(&row.store.id, after, PAGE).await?;
        let next_cursor = rows.last().map(|row| row.id);
        return Ok(Json(EventPage { items: rows.into_iter().map(views::event).collect(), next_cursor }).into_response());
    }
    let of = Of::One(row.store.id);
    Ok(stream(app, closing, of, after))
}

/// Every store's events
///
/// As `text/event-stream`: those after the cursor, then each as it happens. Without a cursor, or with one that is ahead of
/// every event there is, it begins now: the first message is named `hello` and its id is the cursor of this moment, so that
/// whoever then reads the stores misses nothing.
#[utoipa::path(
    get, path = "/events", operation_id = "eventStream", tag = "stores",
    params(
        ("last-event-id" = Option<i64>, Header, description = "The last event that arrived; sent by browsers on their own."),
        ("after" = Option<i64>, Query, description = "The same, for a first request."),
    ),
    responses(
        (status = 200, content((EventView = "text/event-stream"))),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn of_all(
    State(app): State<App>,
    Extension(Closing(closing)): Extension<Closing>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let after = cursor(query.as_deref(), &headers)?;
    let now = app.db.events_now().await?;
    // A cursor from before the database was lost: nothing would come until as many events have happened again.
    let known = after.filter(|after| *after <= now);
    Ok(match known {
        Some(after) => stream(app, closing, Of::All { hello: None }, after),
        None => stream(app, closing, Of::All { hello: Some(now) }, now),
    })
}

fn stream(app: App, closing: watch::Receiver<bool>, of: Of, after: i64) -> Response {
    let reader = Reader {
        // Listening begins before the first look: what happens between the two rings.
        rings: app.db.bell().subscribe(),
        db: app.db,
        closing,
        of,
        after,
        pending: VecDeque::new(),
        last_read: false,
        ended: false,
    };
    let mut response = Sse::new(reader.stream()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // nginx would hold events back until its buffer is full.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Whose events are read.
enum Of {
    One(StoreId),
    /// With the cursor to begin with, until it is told.
    All {
        hello: Option<i64>,
    },
}

struct Reader {
    db: Db,
    rings: broadcast::Receiver<()>,
    closing: watch::Receiver<bool>,
    of: Of,
    after: i64,
    pending: VecDeque<EventView>,
    /// The store is deleted: nothing comes after what the next read finds.
    last_read: bool,
    ended: bool,
}

impl Reader {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut reader| async move { reader.next().await.map(|event| (Ok(event), reader)) })
    }

    /// `None` ends the stream: the store is deleted, or the process stops. A reader comes back after the latter.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            if let Of::All { hello } = &mut self.of
                && let Some(now) = hello.take()
            {
                return Some(Event::default().id(now.to_string()).event(EVENT_HELLO).data("{}"));
            }
            if let Some(event) = self.pending.pop_front() {
                return Self::message(&event);
            }
            match self.read().await {
                Ok(rows) if !rows.is_empty() => {
                    self.after = rows.last().map_or(self.after, |row| row.id);
                    self.pending = rows.into_iter().map(views::event).collect();
                    continue;
                }
                Ok(_) if self.last_read => {
                    self.ended = true;
                    return Some(Event::default().event(EVENT_END).data("{}"));
                }
                // Its last events may have been written after they were asked for.
                Ok(_) if self.is_deleted().await => {
                    self.last_read = true;
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "read events for a stream"),
            }
            tokio::select! {
                () = rung(&mut self.rings) => {}
                () = tokio::time::sleep(POLL) => {}
                () = closed(&mut self.closing) => return None,
            }
        }
    }

    fn message(event: &EventView) -> Option<Event> {
        let message = Event::default().id(event.id.to_string()).event(&event.kind).json_data(event);
        match message {
            Ok(message) => Some(message),
            Err(error) => {
                tracing::error!(%error, event = event.id, "write an event");
                None
            }
        }
    }

    async fn read(&self) -> Result<Vec<EventRow>, sqlx::Error> {
        match &self.of {
            Of::One(store) => self.db.events_after(store, self.after, PAGE).await,
            Of::All { .. } => self.db.events_of_all_after(self.after, PAGE).await,
        }
    }

    async fn is_deleted(&self) -> bool {
        let Of::One(store) = &self.of else { return false };
        let row = self.db.store_find(store.as_str()).await;
        matches!(row, Ok(Some(row)) if row.store.phase == Phase::Deleted)
    }
}

/// Lagging behind is as good as a ring; of a bell that is gone nothing more is heard.
async fn rung(rings: &mut broadcast::Receiver<()>) {
    if matches!(rings.recv().await, Err(broadcast::error::RecvError::Closed)) {
        std::future::pending::<()>().await;
    }
}

pub async fn closed(closing: &mut watch::Receiver<bool>) {
    // A sender that is gone will not ask for anything; the stream then ends with its connection.
    if closing.wait_for(|closing| *closing).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn cursor(query: Option<&str>, headers: &HeaderMap) -> Result<Option<i64>, Refused> {
    let parse = |text: &str| match text.parse::<i64>() {
        Ok(id) if id >= 0 => Ok(id),
        _ => Err("must be the id of an event".to_owned()),
    };
    let mut fields = Fields::from_query(query);
    let mut after = fields.optional("after", parse);
    // What the browser remembers is newer than the address it was first given.
    if let Some(last) = headers.get(LAST_EVENT_ID) {
        match parse(last.to_str().unwrap_or_default()) {
            Ok(id) => after = Some(id),
            Err(message) => fields.refuse("Last-Event-ID", message),
        }
    }
    fields.end(&["after"])?;
    Ok(after)
}

fn wants_list(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/event-stream")
}
