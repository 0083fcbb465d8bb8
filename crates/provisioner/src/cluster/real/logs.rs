//! A container's log, line by line. It is read only as fast as somebody takes the lines, and let go of with the stream.

use std::pin::Pin;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{AsyncBufRead, AsyncBufReadExt, FutureExt, StreamExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;
use store_model::{Component, ReasonCode, Store};

use super::components::{self, Place};
use super::{RealCluster, failed, refused};
use crate::cluster::component::cut;
use crate::cluster::{LINE_MAX, LogLine, LogLines, LogRange, Retry, StepError, Until};

/// A line's timestamp and the space behind it.
const STAMP_MAX: usize = 64;
/// A connection on which a silent program says nothing is cut after some minutes; it is taken up again after this.
const PAUSE: Duration = Duration::from_secs(1);
/// So often in a row without a line between: then the log has ended, or cannot be had.
const TRIES: u32 = 5;

/// A kubelet answers with the first line. Of who follows a program that says nothing, the stream begins without an answer.
const ANSWER: Duration = Duration::from_secs(2);

type Reader = Pin<Box<dyn AsyncBufRead + Send>>;
/// A question for a log that is not answered yet.
type Opening = BoxFuture<'static, Result<Option<Reader>, StepError>>;

impl RealCluster {
    pub(super) async fn logs_read(
        &self,
        store: &Store,
        of: Component,
        range: LogRange,
    ) -> Result<Option<LogLines>, StepError> {
        let pods = self.store_pods(store).await?;
        let Some(place) = components::place(store.engine.spec(), of, &pods) else { return Ok(None) };
        let source = Source {
            pods: self.pods(&store.id),
            pod: place.pod.metadata.name.clone().unwrap_or_default(),
            container: place.container.to_owned(),
            run: run(&place),
        };
        let Some(reading) = Reading::begin(source, range).await? else { return Ok(None) };
        let lines =
            futures::stream::unfold(
                reading,
                |mut reading| async move { reading.next().await.map(|line| (line, reading)) },
            );
        Ok(Some(lines.boxed()))
    }
}

/// One run of a container: the next one after a restart has another log.
#[derive(Clone)]
struct Source {
    pods: Api<Pod>,
    pod: String,
    container: String,
    run: Option<String>,
}

/// What tells a container's runs apart; `None` when none runs.
fn run(place: &Place<'_>) -> Option<String> {
    let status = place.status()?;
    status.state.as_ref()?.running.as_ref()?;
    status.container_id.clone()
}

impl Source {
    /// `None`: the container has not begun, or is gone.
    async fn open(&self, range: LogRange, after: Option<Timestamp>) -> Result<Option<Reader>, StepError> {
        let params = LogParams {
            container: Some(self.container.clone()),
            follow: range.until == Until::End,
            timestamps: true,
            tail_lines: after.is_none().then_some(i64::from(range.tail)),
            // The whole second before it: kube rounds to the nearest one, and half a second of lines would be missed.
            since_time: after.and_then(|after| Timestamp::from_second(after.as_second()).ok()),
            ..LogParams::default()
        };
        match self.pods.log_stream(&self.pod, &params).await {
            Ok(reader) => Ok(Some(Box::pin(reader))),
            // "is waiting to start", or the pod went in between.
            Err(kube::Error::Api(status)) if matches!(status.code, 400 | 404) => Ok(None),
            Err(error) => Err(refused("read the log", error)),
        }
    }

    fn opening(&self, range: LogRange, after: Option<Timestamp>) -> Opening {
        let source = self.clone();
        async move { source.open(range, after).await }.boxed()
    }

    /// Whether the container still runs, and has since it was first looked at.
    async fn goes_on(&self) -> bool {
        if self.run.is_none() {
            return false;
        }
        match self.pods.get_opt(&self.pod).await {
            Ok(Some(pod)) => run(&Place { pod: &pod, container: &self.container }) == self.run,
            Ok(None) => false,
            // Unknown: reading on will tell.
            Err(_) => true,
        }
    }
}

struct Reading {
    source: Source,
    range: LogRange,
    lines: Feed,
    /// The last line's time: where to go on after a cut.
    last: Option<Timestamp>,
    tries: u32,
    ended: bool,
}

/// Where the next line comes from.
enum Feed {
    Opening(Opening),
    Lines(Lines<Reader>),
}

impl Reading {
    /// `None`: there is no log.
    async fn begin(source: Source, range: LogRange) -> Result<Option<Reading>, StepError> {
        let mut opening = source.opening(range, None);
        let lines = match tokio::time::timeout(ANSWER, &mut opening).await {
            Ok(opened) => match opened? {
                Some(reader) => Feed::Lines(Lines::new(reader)),
                None => return Ok(None),
            },
            Err(_) => Feed::Opening(opening),
        };
        Ok(Some(Reading { source, range, lines, last: None, tries: 0, ended: false }))
    }

    /// The next line as it is; `None` at the end of this connection.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, StepError> {
        loop {
            match &mut self.lines {
                Feed::Opening(opening) => match opening.await? {
                    Some(reader) => self.lines = Feed::Lines(Lines::new(reader)),
                    None => return Ok(None),
                },
                Feed::Lines(lines) => {
                    let fault = |error| failed(ReasonCode::Cluster, Retry::Later, format!("read the log: {error}"));
                    return lines.next().await.map_err(fault);
                }
            }
        }
    }

    async fn next(&mut self) -> Option<Result<LogLine, StepError>> {
        while !self.ended {
            let fault = match self.line().await {
                Ok(Some(bytes)) => {
                    let line = parse(&bytes);
                    // Taken up again, the log begins with the whole second of the last line.
                    if self.tries > 0 && line.at.is_some() && line.at <= self.last {
                        continue;
                    }
                    self.last = line.at.or(self.last);
                    self.tries = 0;
                    return Some(Ok(line));
                }
                Ok(None) => None,
                Err(fault) => Some(fault),
            };
            if let Err(fault) = self.resume(fault).await {
                self.ended = true;
                return fault.map(Err);
            }
        }
        None
    }

    /// After the connection's end, with the fault if it was one. An error says that this is the log's end too.
    async fn resume(&mut self, fault: Option<StepError>) -> Result<(), Option<StepError>> {
        self.tries += 1;
        if self.range.until == Until::Now || self.tries > TRIES || !self.source.goes_on().await {
            return Err(fault);
        }
        tokio::time::sleep(PAUSE).await;
        self.lines = Feed::Opening(self.source.opening(self.range, self.last));
        Ok(())
    }
}

/// Lines of which no more is kept than can be shown.
struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    fn new(reader: R) -> Lines<R> {
        Lines { reader, line: Vec::new() }
    }

    /// The next line without its end; a cut-off one keeps a byte more than is shown, so that it is seen to be cut.
    async fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                let rest = std::mem::take(&mut self.line);
                return Ok((!rest.is_empty()).then_some(rest));
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = end.map_or(chunk, |end| &chunk[..end]);
            let room = (LINE_MAX + STAMP_MAX).saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let taken = part.len() + usize::from(end.is_some());
            self.reader.consume_unpin(taken);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.line)));
            }
        }
    }
}

/// `2026-11-23T12:00:00.123456789Z what the program said`
fn parse(bytes: &[u8]) -> LogLine {
    let text = String::from_utf8_lossy(bytes);
    let stamped = text.split_once(' ').and_then(|(stamp, said)| Some((stamp.parse::<Timestamp>().ok()?, said)));
    let (at, said) = match stamped {
        Some((at, said)) => (Some(at), said),
        // A line of nothing has no space behind its stamp.
        None => match text.parse::<Timestamp>() {
            Ok(at) => (Some(at), ""),
            Err(_) => (None, text.as_ref()),
        },
    };
    LogLine { at, text: cut(said.strip_suffix('\r').unwrap_or(said).to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};

    use axum::http::{Request, Response};
    use futures::io::{BufReader, Cursor};
    use kube::Client;
    use kube::client::Body;
    use serde_json::json;

    use super::*;

    async fn lines(text: &[u8]) -> Vec<LogLine> {
        // A small buffer: lines come in pieces.
        let mut lines = Lines::new(BufReader::with_capacity(7, Cursor::new(text.to_vec())));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            assert!(line.len() <= LINE_MAX + STAMP_MAX);
            all.push(parse(&line));
        }
        all
    }

    #[tokio::test]
    async fn a_line_is_its_time_and_what_was_said() {
        let log = b"2026-11-23T12:00:00.5Z GET / 200\r\n2026-11-23T12:00:01Z \n2026-11-23T12:00:02Z\nno stamp\nlast";
        let read = lines(log).await;
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let told: Vec<_> = read.iter().map(|line| (line.at, line.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (at("2026-11-23T12:00:00.5Z"), "GET / 200"),
                (at("2026-11-23T12:00:01Z"), ""),
                (at("2026-11-23T12:00:02Z"), ""),
                (None, "no stamp"),
                (None, "last"),
            ]
        );
    }

    #[tokio::test]
    async fn a_megabyte_without_an_end_is_one_short_line_and_bytes_that_are_no_text_are_shown_as_such() {
        let mut log = b"2026-11-23T12:00:00Z ".to_vec();
        log.extend(vec![b'x'; 1 << 20]);
        log.extend(b"\n2026-11-23T12:00:01Z caf\xff\n");
        let read = lines(&log).await;
        assert_eq!(read.len(), 2);
        assert!(read[0].text.len() == LINE_MAX && read[0].text.ends_with('…'), "{}", read[0].text.len());
        assert_eq!(read[1].text, "caf\u{fffd}");
    }

    /// A program that takes long to say this.
    const SILENCE: &str = "2026-11-23T12:00:00Z at last\n";

    /// An API server that answers each question for the log with the next of these, and has the pod run while there is one
    /// left. What it is asked is kept.
    fn server(logs: &'static [&'static str]) -> (Api<Pod>, Arc<Mutex<Vec<String>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let service = tower::service_fn(move |request: Request<Body>| {
            let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
            let mut seen = seen.lock().unwrap();
            let body = if path.ends_with("/log") {
                seen.push(query.to_owned());
                logs[seen.len() - 1].to_owned()
            } else {
                let state = if seen.len() < logs.len() { "running" } else { "waiting" };
                let status = json!({
                    "name": "mysql", "image": "i", "imageID": "i", "ready": true, "restartCount": 0,
                    "containerID": "containerd://1", "state": {state: {}},
                });
                json!({"metadata": {"name": "mysql-0"}, "status": {"containerStatuses": [status]}}).to_string()
            };
            async move {
                if body == SILENCE {
                    tokio::time::sleep(ANSWER * 2).await;
                }
                Ok::<_, Infallible>(Response::new(Body::from(body.into_bytes())))
            }
        });
        (Api::namespaced(Client::new(service, "store-s1"), "store-s1"), asked)
    }

    async fn told(pods: Api<Pod>, until: Until) -> Vec<String> {
        let run = Some("containerd://1".to_owned());
        let source = Source { pods, pod: "mysql-0".to_owned(), container: "mysql".to_owned(), run };
        let range = LogRange { tail: 2, until };
        let mut reading = Reading::begin(source, range).await.unwrap().unwrap();
        let mut told = Vec::new();
        while let Some(line) = reading.next().await {
            told.push(line.unwrap().text);
        }
        told
    }

    #[tokio::test]
    async fn a_log_that_is_cut_goes_on_where_it_was_until_the_container_ends() {
        let (pods, asked) = server(&[
            "2026-11-23T12:00:00Z one\n2026-11-23T12:00:01.7Z two\n",
            "2026-11-23T12:00:01.2Z before two\n2026-11-23T12:00:01.7Z two\n2026-11-23T12:00:01.8Z three\n",
            "2026-11-23T12:00:01.8Z three\n",
        ]);
        assert_eq!(told(pods, Until::End).await, ["one", "two", "three"]);
        let asked = asked.lock().unwrap();
        assert!(asked[0].contains("tailLines=2") && asked[0].contains("follow=true"), "{}", asked[0]);
        for again in &asked[1..] {
            assert!(again.contains("sinceTime=2026-11-23T12%3A00%3A01Z") && !again.contains("tailLines"), "{again}");
        }
    }

    #[tokio::test]
    async fn who_follows_a_silent_program_does_not_wait_for_its_first_word() {
        let (pods, _) = server(&[SILENCE]);
        let run = Some("containerd://1".to_owned());
        let source = Source { pods, pod: "mysql-0".to_owned(), container: "mysql".to_owned(), run };
        let begun = Reading::begin(source, LogRange { tail: 0, until: Until::End });
        let begun = tokio::time::timeout(ANSWER + Duration::from_secs(1), begun).await.expect("it waits");
        let line = begun.unwrap().unwrap().next().await.unwrap().unwrap();
        assert_eq!(line.text, "at last");
    }

    #[tokio::test]
    async fn a_log_up_to_now_is_asked_for_once() {
        let (pods, asked) = server(&["2026-11-23T12:00:00Z one\n", "2026-11-23T12:00:01Z two\n"]);
        assert_eq!(told(pods, Until::Now).await, ["one"]);
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}
